/**
 * The page.
 *
 * @module
 */
import { computed, type Ctx, onMount, type Renderable, type Session, Title } from "@vango/vango";
import { percent } from "../format.ts";
import { figure, sampler } from "../state/machine.ts";
import { join, personOf, type Visit } from "../state/people.ts";
import { Cores, Gauges, Volumes } from "./gauges.tsx";
import { Header, OfflineBanner } from "./header.tsx";
import { CpuMetric, DiskMetric, MemoryMetric, NetworkMetric } from "./metric.tsx";
import { Processes } from "./process_table.tsx";
import { PortableNotice, System } from "./system.tsx";
import { Together } from "./together.tsx";

/** The dashboard. The first figures are there before the page is, so nothing jumps. */
export async function DashboardPage(): Promise<Renderable> {
  await sampler.refresh();
  return <Dashboard />;
}

/** What the page shows once there are figures. */
export function Dashboard(_: Record<never, never>, ctx: Ctx): () => Renderable {
  const session = ctx.session as unknown as Session<Visit>;
  const me = personOf(ctx.session);
  const theme = session.signal("theme", "system");
  // Only a connected player makes the machine be measured: a page that is merely fetched does not.
  onMount(() => sampler.watch());
  onMount(() => join(me));

  return () => (
    <div class="page" data-theme={theme}>
      <Title>{title}</Title>
      <OfflineBanner />
      <Header me={me} theme={theme} />
      <main>
        <PortableNotice />
        <div class="metrics">
          <CpuMetric />
          <MemoryMetric />
          <NetworkMetric />
          <DiskMetric />
        </div>
        <div class="columns">
          <div class="column">
            <Cores />
            <Processes />
          </div>
          <div class="column">
            <Gauges />
            <Together me={me} />
            <Volumes />
            <System />
          </div>
        </div>
      </main>
      <footer class="bottom">
        <p>
          Measured and rendered on the server by{" "}
          <b>Vango</b>. Every change on this page arrives as a patch of a few bytes.
        </p>
      </footer>
    </div>
  );
}

const used = figure(({ cpu }) => percent(cpu.used));
/** In the browser's tab, so that a look at the tab is enough. */
const title = computed(() => `${used.value ?? "–"}% · ${sampler.host.name}`);
