// Stage: a body under construction, in `stage/<id>`. It is born leased: no other process ever sees
// the directory without a held lock, so whatever lies in stage/ with a free lock is dead and goes
// with the next collection, however young it is.
//
// The id, and with it the final path, is fixed from the start: shebangs and pyvenv.cfg are written
// for it. A stage that is dropped without being published is removed.
//
// Move-only; belongs to one thread.
#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "store/layout.h"
#include "store/lease.h"
#include "store/lock.h"

#include <string>
#include <string_view>

namespace store {

// A directory with a lock on the `.lease` inside, which nobody has ever seen unlocked.
struct LeasedDirectory {
    std::string path;
    base::Fd lease;
};

// Makes `parent/<id>`. The steps: create `parent/.new-<id>`, lock it, rename it to
// `parent/<id>.lease`, make the directory, rename the lock file into it. A collector that meets the
// directory finds the lock beside or inside it.
base::Result<LeasedDirectory> create_leased_directory(
    const std::string& parent, const std::string& id, LockKind kind
);

class Stage {
  public:
    Stage(Stage&&) noexcept = default;
    Stage& operator=(Stage&& other) noexcept;
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;
    ~Stage();

    // Where to build. Exists and holds nothing but `.lease`.
    const std::string& path() const { return directory_.path; }

    // Where it will be once published.
    const std::string& final_path() const { return final_path_; }

    const std::string& key() const { return key_; }

    const std::string& id() const { return id_; }

  private:
    friend class StageAccess;
    Stage() = default;
    void discard();

    std::string id_;
    std::string key_;
    std::string final_path_;
    LeasedDirectory directory_;
    base::Fd build_lock_;
};

// For the store only: makes stages and takes them apart.
class StageAccess {
  public:
    static base::Result<Stage> create(
        const Layout& layout, LockKind kind, std::string_view key, base::Fd build_lock
    );
    // The commit of 3.3 without the name: renames the stage to its final path. The stage gives up
    // its directory.
    static base::Result<void> move_to_final(Stage& stage);

    static base::Fd take_lease(Stage& stage) { return std::move(stage.directory_.lease); }

    static void end_build(Stage& stage) { stage.build_lock_.reset(); }
};

}  // namespace store
