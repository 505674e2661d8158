// A machine whose behaviour is a table. docs/internals/transfer-states.md is drawn from the tables that are given to it.

/** For each state, the events that it takes: the state that follows, and what is then to be done. All others change nothing. */
export type Transitions<State extends string, Event extends string, Action extends string> = Readonly<
  Record<State, { readonly [Taken in Event]?: { readonly to: State; readonly action?: Action } }>
>;

export class StateMachine<State extends string, Event extends string, Action extends string> {
  readonly #table: Transitions<State, Event, Action>;
  readonly #perform: (action: Action) => void;
  #state: State;

  constructor(table: Transitions<State, Event, Action>, initial: State, perform: (action: Action) => void) {
    this.#table = table;
    this.#state = initial;
    this.#perform = perform;
  }

  get state(): State {
    return this.#state;
  }

  /** False: this state does not take the event. */
  handle(event: Event): boolean {
    const transition = this.#table[this.#state][event];
    if (transition === undefined) return false;
    this.#state = transition.to;
    if (transition.action !== undefined) this.#perform(transition.action);
    return true;
  }
}
