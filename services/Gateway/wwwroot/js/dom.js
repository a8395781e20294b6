// The only way this page makes elements. Text goes in as text nodes, never as markup, so nothing that a picture's name,
// a model or another user says can become script.

const svg = 'http://www.w3.org/2000/svg';

export const byId = (id) => document.getElementById(id);

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes] `class`, `on` ({event: handler}), `data` (dataset) and plain attributes;
 *   null, undefined and false leave the attribute out, true sets it empty.
 * @param {...(Node|string|null|undefined)} children
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'on') {
      for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
    } else if (name === 'data') {
      Object.assign(element.dataset, value);
    } else {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A piece of a drawing; as el, but with plain attributes only. */
export function shape(tag, attributes = {}, ...children) {
  const element = document.createElementNS(svg, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** An icon of icons.svg in the colour of the text; decoration only, the control around it carries the label. */
export function icon(name, className = 'icon') {
  const element = document.createElementNS(svg, 'svg');
  element.setAttribute('class', className);
  element.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(svg, 'use');
  use.setAttribute('href', `icons.svg#${name}`);
  element.append(use);
  return element;
}
