/** A page on which areas are drawn by hand over a snapshot; it gives the lines for the config. */

/** @param picture JPEG bytes */
export function drawPage(input: string, picture: Buffer): string {
  const name = input.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Relens: draw areas</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;margin:1em;color:#222}#stage{position:relative;max-width:1200px}
#stage img{width:100%;display:block}#stage svg{position:absolute;inset:0;width:100%;height:100%;cursor:crosshair}
textarea{width:100%;max-width:1200px;height:9em;font:13px monospace}
polygon,polyline{stroke-width:.004;vector-effect:none}.damaged{fill:#d338;stroke:#d33}.keep{fill:#2a48;stroke:#2a4}
</style>
<h1>Draw areas on ${name}</h1>
<p>Click the corners of an area; a double click or Enter closes it, Escape drops it. Or hold the button
and draw round it. <label><input type="radio" name="kind" value="damaged" checked> to be repaired</label>
<label><input type="radio" name="kind" value="keep"> to be left alone</label>
<button id="undo">take the last one back</button> <button id="save">save relens-masks.yaml</button></p>
<div id="stage"><img alt="snapshot" src="data:image/jpeg;base64,${picture.toString('base64')}">
<svg viewBox="0 0 1 1" preserveAspectRatio="none"></svg></div>
<p>For the config file, named with <code>--config</code>:</p>
<textarea id="yaml" readonly></textarea>
<script>
const areas = [];
let open = [];
let held = false;
const svg = document.querySelector('svg');
const kind = () => document.querySelector('input[name=kind]:checked').value;
const place = (event) => {
  const box = svg.getBoundingClientRect();
  const share = (value, from, size) => Math.min(1, Math.max(0, Math.round(((value - from) / size) * 1e4) / 1e4));
  return [share(event.clientX, box.left, box.width), share(event.clientY, box.top, box.height)];
};
const far = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]) > 0.004;
const shape = (tag, kind, corners) => \`<\${tag} class="\${kind}" points="\${corners.map((c) => c.join(',')).join(' ')}"/>\`;
const list = (kind) => JSON.stringify(areas.filter((one) => one.kind === kind).map((one) => one.corners));
const yaml = () => \`masks:\\n  damaged: \${list('damaged')}\\n  keep: \${list('keep')}\\n\`;
function show() {
  svg.innerHTML = areas.map((one) => shape('polygon', one.kind, one.corners)).join('') + shape('polyline', kind(), open);
  document.querySelector('#yaml').value = yaml();
}
function close() {
  if (open.length >= 3) areas.push({ kind: kind(), corners: open });
  open = [];
  show();
}
function add(corner) {
  const last = open.at(-1);
  if (last === undefined || far(last, corner)) open.push(corner);
  show();
}
let begun = 0;
svg.addEventListener('pointerdown', (event) => { held = true; begun = open.length; add(place(event)); });
svg.addEventListener('pointermove', (event) => { if (held) add(place(event)); });
addEventListener('pointerup', () => { if (held && open.length - begun > 8) close(); held = false; });
svg.addEventListener('dblclick', close);
addEventListener('keydown', (event) => {
  if (event.key === 'Enter') close();
  if (event.key === 'Escape') { open = []; show(); }
});
document.querySelector('#undo').addEventListener('click', () => { areas.pop(); show(); });
document.querySelector('#save').addEventListener('click', () => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([yaml()], { type: 'text/yaml' }));
  link.download = 'relens-masks.yaml';
  link.click();
});
show();
</script>
</html>
`;
}
