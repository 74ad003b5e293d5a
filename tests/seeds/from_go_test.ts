/** `docs/from-go.md` says what is there: the names it links to, the tests it cites, all of it. */
import { assert, assertEquals } from "@std/assert";

const DOCUMENT = new URL("../../docs/from-go.md", import.meta.url);

/** A row of one of its tables. */
interface Row {
  readonly section: string;
  readonly cells: readonly string[];
}

/** A link: its text, and the file it leads to. */
interface Link {
  readonly text: string;
  readonly file: URL;
}

const files = new Map<string, string>();

function read(file: URL): string {
  let text = files.get(file.href);
  if (text === undefined) files.set(file.href, text = Deno.readTextFileSync(file));
  return text;
}

function rows(): Row[] {
  const found: Row[] = [];
  let section = "";
  for (const line of read(DOCUMENT).split("\n")) {
    if (line.startsWith("## ")) section = line.slice(3);
    if (!line.startsWith("| ") || line.startsWith("| --")) continue;
    const cells = line.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim());
    found.push({ section, cells });
  }
  // Without the heads.
  return found.filter(({ cells }) => !["Go", "criterion", "specification"].includes(cells[0]!));
}

function links(cell: string): Link[] {
  return [...cell.matchAll(/\[([^\]]+)\]\(([^)#]+)[^)]*\)/g)].map(([, text, path]) => ({
    text: text!.replaceAll("\\", ""),
    file: new URL(path!, DOCUMENT),
  }));
}

/** Whether a file declares `Name`, or `Name` with `member` in it. */
function declares(source: string, symbol: string): boolean {
  const [name, member] = symbol.split(".");
  const head = new RegExp(
    `^export (?:declare )?(?:abstract )?(?:interface|class|type|(?:async )?function\\*?|const|let|enum) ${name}\\b`,
    "m",
  );
  const start = source.search(head);
  if (start < 0) return false;
  if (member === undefined) return true;
  const end = source.slice(start).search(/^\}/m);
  const body = source.slice(start, end < 0 ? undefined : start + end);
  return new RegExp(`^  (?:readonly |get |async )*${member}\\??[(<:]`, "m").test(body);
}

/** The symbols of the specification, chapter by chapter. */
const SYMBOLS: Readonly<Record<string, string>> = {
  "16.1": `Ctx Ctx.Session Ctx.Route Ctx.Redirect Ctx.Emit Ctx.Async Ctx.Client Ctx.Sync
    Ctx.StdContext Ctx.WithStdContext Ctx.event Ctx.patchBuffer ctxImpl ctxImpl.asyncCtx
    ctxImpl.clientCtx ctxImpl.syncCtx ctxImpl.stdCtx newAsyncCtx newClientCtx newSyncCtx`,
  "16.2": `AsyncCtx AsyncCtx.Render AsyncCtx.RenderWithError AsyncCtx.Batch Batch.OnComplete
    Batch.Wait asyncCtxImpl asyncJob Session.nextAsyncID recoverPanic Session.sendAsyncPatch
    Session.queuePatch render.ToVTree protocol.NewReplacePatch AsyncReplacePatch
    AsyncReplacePatch.AsyncID AsyncReplacePatch.Content PatchAsyncReplace
    AsyncHandler.handleAsyncReplace renderer.createDOM .vango-async-placeholder
    .vango-async-replacing vango-fade-out VNode Div Class DataAttr Range Skeleton ErrorCard
    Dashboard QuickStats AnalyticsChart UserList`,
  "16.3": `ClientCtx ClientCtx.Platform ClientCtx.Capabilities ClientCtx.HasCapability
    ClientCtx.SendNative ClientCtx.IsNative ClientCtx.ScreenSize Platform PlatformWeb PlatformIOS
    PlatformAndroid PlatformDesktop ScreenSize ScreenXS ScreenSM ScreenMD ScreenLG ScreenXL
    Capabilities.Touch Capabilities.Hover Capabilities.Keyboard Capabilities.Haptics
    Capabilities.Camera Capabilities.GPS Capabilities.Push Capabilities.Biometrics
    Capabilities.NativeShare HandshakeMessage HandshakeMessage.Platform HandshakeMessage.Version
    HandshakeMessage.Capabilities HandshakeMessage.Screen ScreenInfo.Width ScreenInfo.Height
    Server.handleHandshake Server.createSession parseCapabilities categorizeScreen PatchNativeView
    PatchNativeNavigate PatchNativeHaptic PatchNativeShare Card ProductCard SwipeToAdd ButtonAdd`,
  "16.4": `SyncCtx SyncCtx.Resource SyncCtx.Status SyncCtx.ForceSync SyncOption SyncWithDefault
    SyncConflictStrategy vango.LWW SyncResource.Current SyncResource.Update SyncResource.Delete
    SyncResource.Status SyncResource.Conflicts SyncResource.ResolveConflict SyncStatus.Online
    SyncStatus.Syncing SyncStatus.Pending SyncStatus.LastSync SyncStatus.LastError ResourceStatus
    StatusSynced StatusPending StatusConflict StatusError Conflict.ID Conflict.LocalValue
    Conflict.RemoteValue Conflict.LocalTime Conflict.RemoteTime Resolution ResolveLocalWins
    ResolveRemoteWins ResolveMerge LWWValue LWWValue.Value LWWValue.Timestamp
    LWWValue.ClientID Syncer.resolveConflict SQLiteStore SQLiteStore.db NewSQLiteStore
    SQLiteStore.Get SQLiteStore.Set sync_data sync_queue sync_conflicts Syncer SyncAPI Syncer.Start
    Syncer.stop Syncer.interval Syncer.syncLoop Syncer.sync TodoList TodoItem Badge BadgeOutline
    BadgeSecondary ConflictResolver`,
  "16.5": `Session Session.ID Session.Get Session.Set Session.Delete Session.UserID
    Session.SetUserID Session.IsAuthenticated Session.SignalByKey Session.CreatedAt
    Session.LastActiveAt Session.IP Session.UserAgent sessionImpl sessionImpl.userID
    sessionImpl.mu signalEntry`,
  "16.6":
    `NatsStore NatsStore.kv NatsStore.conn NewNatsStore NatsOption NatsStore.Save NatsStore.Load NatsStore.Delete
    NatsStore.Touch NatsStore.SaveAll vango_sessions TTL FileStorage`,
};

/** Exit criteria of each chapter. */
const CRITERIA: Readonly<Record<string, number>> = {
  "16.1": 3,
  "16.2": 6,
  "16.3": 4,
  "16.4": 6,
  "16.5": 4,
  "16.6": 4,
};

Deno.test("docs/from-go.md has every symbol of the specification, in its chapter", () => {
  for (const [chapter, symbols] of Object.entries(SYMBOLS)) {
    const named = rows().filter(({ section }) => section.startsWith(chapter))
      .flatMap(({ cells }) => [...cells[0]!.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
    const missing = symbols.split(/\s+/).filter((symbol) => !named.includes(symbol));
    assertEquals(missing, [], chapter);
  }
});

Deno.test("docs/from-go.md has every exit criterion, each with its test", () => {
  const criteria = rows().filter(({ section }) => section === "Exit criteria");
  for (const [chapter, count] of Object.entries(CRITERIA)) {
    const found = criteria.filter(({ cells }) => cells[0]!.startsWith(chapter));
    assertEquals(found.length, count, chapter);
  }
  const without = criteria.filter(({ cells }) => links(cells[1]!).length === 0);
  assertEquals(without.map(({ cells }) => cells[0]), [
    "16.1 backward compatible with existing code",
  ]);
});

Deno.test("every name that docs/from-go.md links to is declared where it says", () => {
  let checked = 0;
  for (const { section, cells } of rows()) {
    if (!section.startsWith("16.")) continue;
    const named = links(cells[1]!);
    assert(named.length > 0 || cells[1] === "the app's own", `${cells[0]} leads nowhere`);
    for (const { text, file } of named) {
      const symbol = text.replaceAll("`", "");
      assert(declares(read(file), symbol), `${symbol} is not in ${file.pathname}`);
      checked++;
    }
  }
  assert(checked > 100, String(checked));
});

Deno.test("every test that docs/from-go.md cites is there", () => {
  let checked = 0;
  for (const { section, cells } of rows()) {
    const isCriterion = section === "Exit criteria";
    if (!isCriterion && !section.startsWith("16.")) continue;
    const cited = links(cells[isCriterion ? 1 : 2]!);
    assert(isCriterion || cited.length > 0, `${cells[0]} is shown by nothing`);
    for (const { text, file } of cited) {
      assert(file.pathname.includes("/tests/"), file.pathname);
      assert(read(file).includes(text), `${file.pathname} has no test of "${text}"`);
      checked++;
    }
  }
  assert(checked > 100, String(checked));
});

Deno.test("every other link of docs/from-go.md leads to a file", () => {
  for (const { file } of links(read(DOCUMENT))) assert(read(file).length > 0, file.pathname);
});
