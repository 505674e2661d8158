// A topology as a tree that grows from its first host: nodes and wires in turn. The figure's columns are its depths.
import type { Topology } from "../../topology.ts";

export interface TreeNode {
  /** `gap`: between two nodes that join the same wires; they stand behind each other. */
  readonly kind: "host" | "router" | "wire" | "gap";
  readonly name: string;
  readonly title: string;
  /** `10.0.0.2/24`, in the order of the topology; empty for a wire. */
  readonly addresses: readonly string[];
  readonly depth: number;
  readonly parent: TreeNode | undefined;
  readonly children: TreeNode[];
  /** The leaves below it, counted through: a figure has one strip for each. */
  firstStrip: number;
  lastStrip: number;
}

interface Element {
  readonly kind: TreeNode["kind"];
  readonly name: string;
  readonly title: string;
  readonly attached: Readonly<Record<string, string>>;
}

/** Every host, router and wire once, and gaps; parents before children. */
export function growTree(topology: Topology): TreeNode[] {
  const elements: readonly Element[] = [
    ...topology.hosts.map((host) => ({ ...host, title: host.title ?? "", kind: "host" as const })),
    ...topology.routers.map((router) => ({ ...router, kind: "router" as const })),
    ...topology.wires.map((wire) => ({ ...wire, kind: "wire" as const, attached: {} })),
  ];
  const grown: TreeNode[] = [];
  const isNew = (element: Element): boolean => !grown.some((node) => isSame(node, element));
  for (const element of elements) {
    // What hangs on none of the wires before begins a new tree.
    if (isNew(element)) growFrom(element);
  }
  countStrips(grown);
  return grown;

  function growFrom(root: Element): void {
    const first = grown.length;
    grown.push(nodeOf(root, undefined));
    for (let next = first; next < grown.length; next += 1) {
      const parent = grown[next];
      if (parent === undefined) return;
      const found = elements.filter((other) => isNew(other) && touches(elements, parent, other));
      // What joins the same wires as the node behind it is joined to them there.
      const behind = parent.children[0]?.children[0];
      for (const element of found) {
        if (behind === undefined || !touches(elements, behind, element)) growBelow(element, parent);
      }
    }
  }

  /** A node that joins the same wires as one that is there already is put behind it, with a gap. */
  function growBelow(element: Element, parent: TreeNode): void {
    const before = parent.children.find((sibling) =>
      elements.some((wire) => joinsBoth(wire, sibling, element, parent)),
    );
    if (before === undefined) {
      add(nodeOf(element, parent));
      return;
    }
    const gap = nodeOf({ kind: "gap", name: `${before.name} ${element.name}`, title: "", attached: {} }, before);
    add(gap);
    add(nodeOf(element, gap));
  }

  function joinsBoth(wire: Element, sibling: TreeNode, element: Element, shared: TreeNode): boolean {
    if (wire.kind !== "wire" || shared.kind !== "wire" || wire.name === shared.name) return false;
    return touches(elements, sibling, wire) && element.attached[wire.name] !== undefined;
  }

  function add(node: TreeNode): void {
    node.parent?.children.push(node);
    grown.push(node);
  }
}

const isSame = (one: { kind: string; name: string }, other: { kind: string; name: string }): boolean =>
  one.name === other.name && (one.kind === "wire") === (other.kind === "wire");

function touches(elements: readonly Element[], node: TreeNode, other: Element): boolean {
  if (node.kind === "wire") return other.kind !== "wire" && other.attached[node.name] !== undefined;
  const element = elements.find((candidate) => isSame(candidate, node));
  return other.kind === "wire" && element?.attached[other.name] !== undefined;
}

function nodeOf(element: Element, parent: TreeNode | undefined): TreeNode {
  const { kind, name, title } = element;
  const depth = parent === undefined ? 0 : parent.depth + 1;
  const addresses = Object.values(element.attached);
  return { kind, name, title, addresses, depth, parent, children: [], firstStrip: 0, lastStrip: 0 };
}

function countStrips(nodes: readonly TreeNode[]): void {
  let strips = 0;
  const count = (node: TreeNode): void => {
    node.firstStrip = strips;
    if (node.children.length === 0) strips += 1;
    for (const child of node.children) count(child);
    node.lastStrip = strips - 1;
  };
  for (const node of nodes) if (node.parent === undefined) count(node);
}

/** From one node to another along the tree, both included; undefined when they are in different trees. */
export function pathBetween(from: TreeNode, to: TreeNode): TreeNode[] | undefined {
  const up = ancestors(from);
  const down = ancestors(to);
  const meeting = up.find((node) => down.includes(node));
  if (meeting === undefined) return undefined;
  return [...up.slice(0, up.indexOf(meeting) + 1), ...down.slice(0, down.indexOf(meeting)).reverse()];
}

function ancestors(node: TreeNode): TreeNode[] {
  const found: TreeNode[] = [];
  for (let next: TreeNode | undefined = node; next !== undefined; next = next.parent) found.push(next);
  return found;
}

/** Hosts and routers from left to right, and from top to bottom. */
export function preorder(nodes: readonly TreeNode[]): TreeNode[] {
  const visit = (node: TreeNode): TreeNode[] => [node, ...node.children.flatMap(visit)];
  return nodes.filter((node) => node.parent === undefined).flatMap(visit);
}
