/**
 * The pages whose keeping is measured.
 *
 * @module
 */
import { type Renderable, signal } from "../../mod.ts";

function Counter({ id }: { id: string }): () => Renderable {
  const count = signal(0);
  return () => <button type="button" id={id} onclick={() => count.value++}>{count.value}</button>;
}

/** One counter. */
export function CounterPage(): Renderable {
  return <Counter id="count" />;
}

/** A form with twenty fields beside a counter. */
export function FormPage(): () => Renderable {
  const fields = Array.from({ length: 20 }, (_, i) => signal(`the text of field ${i}`));
  return () => (
    <form>
      {fields.map((field, i) => (
        <input
          key={i}
          value={field}
          oninput={(event) => field.value = event.value}
        />
      ))}
      <Counter id="count" />
    </form>
  );
}

/** A hundred rows with a counter each. */
export function RowsPage(): Renderable {
  return (
    <main>
      <Counter id="count" />
      <ul>{Array.from({ length: 100 }, (_, i) => <Counter key={i} id={`row${i}`} />)}</ul>
    </main>
  );
}

/** A table of a thousand rows without state, a handler in each, beside a counter. */
export function TablePage(): () => Renderable {
  const chosen = signal(-1);
  return () => (
    <main>
      <Counter id="count" />
      <ul>
        {Array.from(
          { length: 1000 },
          (_, i) => <li key={i} onclick={() => chosen.value = i}>Row {i}</li>,
        )}
      </ul>
    </main>
  );
}
