/** Options that every use of ffmpeg shares. */

/** A local file may name others (playlists do): local ones only, nothing from the network. */
export const LOCAL_ONLY: readonly string[] = ['-protocol_whitelist', 'file,pipe,fd,crypto,data'];
