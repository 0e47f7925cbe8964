/** The few ways in which the page makes and finds its elements. */

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element with attributes (`true`: without a value; `false`, undefined: left out) and children. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children);
  return made;
}

/** Each key shown as a key; for help and titles. */
export const key = (name: string) => element('kbd', {}, name);

/** A button that can be told by its words; `keyName` is the key that does the same. */
export function button(
  words: string,
  onPress: () => void,
  options: { readonly keyName?: string; readonly kind?: string; readonly icon?: string } = {},
): HTMLButtonElement {
  const { keyName, kind = 'button', icon } = options;
  const title = keyName === undefined ? words : `${words} (${keyName})`;
  const made = element('button', { type: 'button', class: kind, title });
  if (icon !== undefined)
    made.append(element('span', { class: 'icon', 'aria-hidden': 'true' }, icon));
  made.append(element('span', { class: 'words' }, words));
  made.addEventListener('click', onPress);
  return made;
}

/** Changes the text only when it is another, so that nothing is read out twice. */
export function say(where: HTMLElement, text: string): void {
  if (where.textContent !== text) where.textContent = text;
}

/** @throws Error when the page lacks it: page and code are of different versions */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}
