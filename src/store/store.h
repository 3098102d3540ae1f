// Store: environments and unpacked wheels that can be cleaned away at any moment while programs run
// from them.
//
// Names and bodies are apart. `key/<key>` is a link, the name; `env/<id>` is the body, immutable
// once published, its id random and never used again. `clean` takes names away at once; a body goes
// when nobody holds a lease on it. What is built, deleted or looked up is arranged so that a
// process may be killed between any two system calls: docs/store.md has the format and the
// protocol.
//
//     store::Store store = TRY(store::Store::open({.root = root}));
//     std::optional<store::Lease> lease = TRY(store.lease(key));
//     if (!lease) {
//         auto begun = TRY(store.begin(key));  // one builder per key; the others wait here
//         if (auto* stage = std::get_if<store::Stage>(&begun)) {
//             ...build in stage->path() for stage->final_path()...
//             lease = TRY(store.publish(std::move(*stage), info));
//         } else {
//             lease = std::get<store::Lease>(std::move(begun));
//         }
//     }
//     environment.set("ADDER_LEASE", ...) after lease->pass_on(), then exec.
//
// Keys and names of memos are given by the caller: [a-z0-9-], 1 to 120 characters.
//
// All functions may be called from any thread, except that the store must not be moved or destroyed
// meanwhile. Errors have kind Io (or Invalid for bad names), and say which path. Nothing here waits
// for a running program, except clean with `wait`.
#pragma once

#include "base/file.h"
#include "base/result.h"
#include "store/body.h"
#include "store/explain.h"
#include "store/lease.h"
#include "store/limits.h"
#include "store/lock.h"
#include "store/payload.h"
#include "store/report.h"
#include "store/stage.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace store {

enum class CacheMode {
    Persistent,
    // --no-cache: a store of this process's own, gone with the last program that runs from it.
    Private,
};

struct StoreOptions {
    std::string root;  // absolute; unused when the mode is Private, but see prune()
    CacheMode mode = CacheMode::Persistent;
    std::string temporary_directory = "/tmp";  // private stores are made in `<it>/adder-<uid>/`
    base::Durability durability = base::Durability::Cached;  // Synced: publish waits for the disk
    // How long to wait for another builder that makes no progress.
    std::int64_t builder_patience_ms = 60'000;
    WaitNotice on_wait;             // by begin(), on the thread that waits
    std::string creator = "adder";  // recorded in bodies
    // What publishing keeps the store within, in the background. None by default.
    Limits limits;
};

using LeaseOrStage = std::variant<Lease, Stage>;

class Store {
  public:
    // Looks whether there is a store and how it locks; creates nothing (except in Private mode).
    // Directories are made by the first function that writes.
    static base::Result<Store> open(const StoreOptions& options);

    // For one who knows how the persistent store locks (ops/start.h): looks at nothing.
    static Store open_known(const StoreOptions& options, LockKind kind);

    Store(Store&&) noexcept;
    Store& operator=(Store&&) noexcept;
    ~Store();

    // How this store locks. Makes the store if there is none.
    base::Result<LockKind> lock_kind();
    // The directory of the store; of a private one, its own.
    const std::string& root() const;

    // --- bodies
    // The body that `key` names, leased. nullopt: there is none that can be used; build one.
    base::Result<std::optional<Lease>> lease(std::string_view key);
    // The right to build the body for `key`. Waits while another process builds it, and gives that
    // one's body if there is one then.
    base::Result<LeaseOrStage> begin(std::string_view key);
    // Makes the stage the body that its key names. The lease it was born with goes on.
    base::Result<Lease> publish(Stage stage, const BodyInfo& info);
    // Says that `group` (see BodyInfo) uses the body of `key` now. Prune keeps that one. One system
    // call if it is known.
    base::Result<void> mark_current(std::string_view group, std::string_view key);
    // The record of a leased body; nullopt if it is damaged.
    std::optional<BodyRecord> describe(const Lease& lease) const;

    // --- payloads
    // Keeps the unpacked wheel in place; nullopt when there is none to be trusted. `sha256`: 64
    // lower-case hex digits.
    base::Result<std::optional<PayloadGuard>> lock_payload(std::string_view sha256);
    base::Result<PayloadStage> begin_payload(std::string_view sha256);
    // If another process was faster, its payload is used and this one removed.
    base::Result<PayloadGuard> publish_payload(PayloadStage stage, const PayloadInfo& info);

    // --- small files
    // Remembered answers: `memo/<name>`, replaced whole. The content should check itself
    // (base/record.h).
    base::Result<std::optional<std::string>> read_memo(std::string_view name);
    // The same of the store at `root`, whether there is one or not.
    static base::Result<std::optional<std::string>> peek_memo(
        const std::string& root, std::string_view name
    );
    base::Result<void> write_memo(std::string_view name, std::string_view bytes);
    // The directory `cache-v1/<name>` for files of another module, which lays them out as it likes.
    // It is there until the process ends or becomes another program. In a store that cannot be
    // written to it may be missing; what cannot be read is a miss, what cannot be written is no
    // error.
    //
    // `clean PACKAGE` removes below it, at any depth: directories named exactly by the package
    // (normalised), and files named by it or whose name goes on with '.' or '~' ("flask.page",
    // "flask~3.0.whl"). Normalised names contain neither. `prune --ci` empties the bucket "wheels".
    base::Result<std::string> bucket(std::string_view name);
    // Where that directory is or would be, for a look at files that may not be there or vanish.
    std::string bucket_path(std::string_view name) const;

    // --- collecting
    // Returns when everything that may go has no name and lies in trash/; a detached child, or the
    // next command if that one is killed, unlinks it.
    base::Result<CollectionReport> clean(const CleanOptions& options);
    // Removes what nothing can use any more: dead stages and private stores (also where no store
    // exists), bodies without a name, superseded generations of scripts, environments of tools and
    // `--with` that do not run, distrusted payloads. Then, within `options.limits`, what was not
    // used for longest.
    base::Result<CollectionReport> prune(const PruneOptions& options);
    // What a publish has done in the background: bring to disk, count, keep the limits. For
    // commands that published payloads only.
    void tend();
    // Everything that goes by this name: what keeps it, who uses it, whether it would go next.
    // `names`: ways to say one thing (`flask`; a script as given and as an absolute path).
    base::Result<Explanation> explain(std::span<const std::string> names);
    // From the counters: one small file is read.
    base::Result<StoreSize> size();
    // Every body, most recently used first, with who uses it.
    base::Result<std::vector<StoredBody>> list();

  private:
    struct State;
    explicit Store(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace store
