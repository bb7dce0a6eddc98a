// morph: makes an element of the page like a newer one, and touches nothing that is the same: focus,
// what is being typed, open details and the place in the page stay.

// A section is known by its heading. A form's own property `id` may be a field of that name.
function key(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  return node.getAttribute("id") || node.getAttribute("data-key") || node.getAttribute("aria-labelledby") || "";
}

// What a script put there, which the server knows nothing of.
const isOurs = (node) => node.nodeType === Node.ELEMENT_NODE && node.hasAttribute("data-ours");

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

// A node that is moved keeps its focus where the browser can do that.
function move(old, child, before) {
  if (old.moveBefore) old.moveBefore(child, before);
  else old.insertBefore(child, before);
}

// Keyed children that there are no more. They go first, so that nothing has to be moved past them.
function dropGone(old, fresh) {
  const keys = new Set([...fresh.childNodes].map(key));
  for (const child of [...old.childNodes]) if (key(child) && !keys.has(key(child)) && !isOurs(child)) child.remove();
}

const isSame = (old, fresh) => isLike(old, fresh) && (key(fresh) || old.className === fresh.className);

// The old child that is to become this one: the next one, or a later one that is like it, unless the
// next one has its own place further down.
function partner(at, child, rest) {
  if (!at || isLike(at, child)) return at;
  if (child.nodeType !== Node.ELEMENT_NODE || (!key(child) && rest.some((one) => isSame(at, one)))) return null;
  for (let other = at.nextSibling; other; other = other.nextSibling)
    if (!isOurs(other) && isSame(other, child)) return other;
  return null;
}

// What stands before it and has no key is wanted no more; what has one is looked for behind it.
function dropUntil(old, at, found) {
  while (at !== found) {
    const next = at.nextSibling;
    if (key(at)) move(old, at, found.nextSibling);
    else if (!isOurs(at)) at.remove();
    at = next;
  }
}

function morphChildren(old, fresh) {
  dropGone(old, fresh);
  let at = old.firstChild;
  const children = [...fresh.childNodes];
  for (const [index, child] of children.entries()) {
    while (at && isOurs(at)) at = at.nextSibling;
    const found = partner(at, child, children.slice(index + 1));
    if (!found) {
      old.insertBefore(child, at);
      continue;
    }
    if (found !== at && !key(found)) dropUntil(old, at, found);
    else if (found !== at) move(old, found, at);
    at = found === at || !key(found) ? found.nextSibling : at;
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
