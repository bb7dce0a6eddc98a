// morph: makes an element of the page like a newer one, and touches nothing that is the same: focus,
// what is being typed, open details and the place in the page stay.

const key = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.id || node.dataset.key || "" : "");

// What a script put there, which the server knows nothing of.
const isOurs = (node) => node.nodeType === Node.ELEMENT_NODE && "ours" in node.dataset;

const isTyped = (field) => field.matches("input, textarea, select") && field.dataset.typed === "yes";

function isLike(old, fresh) {
  return old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName && key(old) === key(fresh);
}

function morphAttributes(old, fresh) {
  for (const { name } of [...old.attributes])
    if (!fresh.hasAttribute(name) && name !== "data-typed" && !(name === "open" && old.matches("details, dialog")))
      old.removeAttribute(name);
  for (const { name, value } of fresh.attributes)
    if (old.getAttribute(name) !== value && !(name === "value" && isTyped(old))) old.setAttribute(name, value);
  if (old.matches("input") && !isTyped(old) && old.value !== (fresh.getAttribute("value") ?? "") &&
      !["checkbox", "radio", "submit"].includes(old.type))
    old.value = fresh.getAttribute("value") ?? "";
}

// The old child that is to become this one: the next one, or a later one of the same key.
function partner(at, fresh) {
  while (at && isOurs(at)) at = at.nextSibling;
  if (!at || isLike(at, fresh)) return at;
  if (key(fresh))
    for (let other = at; other; other = other.nextSibling) if (isLike(other, fresh)) return other;
  return key(at) || at.nodeName !== fresh.nodeName || key(fresh) ? null : at;
}

function morphChildren(old, fresh) {
  let at = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    while (at && isOurs(at)) at = at.nextSibling;
    const found = partner(at, child);
    if (!found) {
      old.insertBefore(child, at);
      continue;
    }
    if (found !== at) old.insertBefore(found, at);
    else at = at.nextSibling;
    morph(found, child);
  }
  while (at) {
    const next = at.nextSibling;
    if (!isOurs(at)) at.remove();
    at = next;
  }
}

export function morph(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  if (old.isEqualNode(fresh) && !isTyped(old)) return;
  morphAttributes(old, fresh);
  morphChildren(old, fresh);
}
