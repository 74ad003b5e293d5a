/**
 * Markup from the server to nodes.
 *
 * @module
 */

interface Policies {
  trustedTypes?: {
    createPolicy(name: string, rules: object): { createHTML(html: string): string };
  };
}

const policy = (globalThis as Policies).trustedTypes?.createPolicy("vango", {
  createHTML: (html: string) => html,
});

/** By the end of the namespace's name. */
const CONTEXTS: Record<string, string> = { svg: "svg", hML: "math" };

/** The element that markup inside of `parent` must be parsed in: "" for HTML. */
export function contextOf(parent: Node): string {
  const { namespaceURI, localName } = parent as Element;
  return localName === "foreignObject" ? "" : CONTEXTS[namespaceURI!.slice(-3)] ?? "";
}

/**
 * Parses markup. The nodes belong to the document at once (not to the template's own), so that
 * clones of them need no adoption when they are inserted.
 */
export function parse(html: string, context: string): DocumentFragment {
  const template = document.createElement("template");
  if (context) html = `<${context}>${html}</${context}>`;
  template.innerHTML = policy ? policy.createHTML(html) : html;
  const from = context ? template.content.firstChild! : template.content;
  const fragment = document.createDocumentFragment();
  while (from.firstChild) fragment.append(from.firstChild);
  return fragment;
}
