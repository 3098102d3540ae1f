#include "install/collisions.h"

#include "base/file.h"
#include "install/dist_info.h"

#include <optional>
#include <utility>

namespace install {

namespace {

bool is_linked(const PlannedFile& file) {
    return file.role == FileRole::Plain || file.role == FileRole::Executable;
}

}  // namespace

// Goes over all plans in their order. Who claims a path last owns it.
class Collisions::Survey {
  public:
    Survey(std::span<const LinkPlan> plans, const TargetLayout& target, Collisions& found)
        : plans_(plans), target_(target), found_(found) {}

    void run();

  private:
    struct Owner {
        std::size_t wheel = 0;
        std::optional<std::size_t> file;  // none: a program that the installer writes
    };

    void find_shared_directories();
    void claim_files(std::size_t wheel);
    void claim_programs(std::size_t wheel);
    void claim(std::string path, Owner owner);

    std::span<const LinkPlan> plans_;
    const TargetLayout& target_;
    Collisions& found_;
    std::unordered_set<std::string> shared_;  // absolute paths of directories
    std::unordered_map<std::string, Owner> owners_;
};

void Collisions::Survey::find_shared_directories() {
    std::unordered_set<std::string> seen;
    for (const LinkPlan& plan : plans_) {
        for (const PlannedDirectory& directory : plan.directories) {
            const std::string root = scheme_directory(target_, directory.scheme, plan.name);
            std::string path = base::join_path(root, directory.path);
            if (!seen.insert(path).second) shared_.insert(std::move(path));
        }
    }
    // The directories of the schemes are in no plan, and always shared.
    for (std::size_t i = 0; i < kSchemeCount; ++i)
        shared_.insert(target_.directory(static_cast<Scheme>(i)));
}

void Collisions::Survey::claim(std::string path, Owner owner) {
    const auto [at, is_new] = owners_.try_emplace(std::move(path), owner);
    if (is_new) return;
    if (at->second.file) found_.overridden_[at->second.wheel].insert(*at->second.file);
    at->second = owner;
}

void Collisions::Survey::claim_files(std::size_t wheel) {
    const LinkPlan& plan = plans_[wheel];
    std::string directory;  // of the file before, which mostly is that of the next one
    bool is_shared = false;
    for (std::size_t i = 0; i < plan.files.size(); ++i) {
        const PlannedFile& file = plan.files[i];
        if (!is_linked(file)) continue;
        std::string path =
            base::join_path(scheme_directory(target_, file.scheme, plan.name), file.target());
        if (base::parent_path(path) != directory) {
            directory = base::parent_path(path);
            is_shared = shared_.contains(directory);
        }
        if (is_shared) claim(std::move(path), {wheel, i});
    }
}

void Collisions::Survey::claim_programs(std::size_t wheel) {
    for_each_program(plans_[wheel], target_.python_minor, [&](std::string_view program) {
        claim(base::join_path(target_.scripts, program), {wheel, std::nullopt});
        found_.program_owner_[std::string(program)] = wheel;
    });
}

void Collisions::Survey::run() {
    find_shared_directories();
    found_.overridden_.resize(plans_.size());
    for (std::size_t wheel = 0; wheel < plans_.size(); ++wheel) {
        claim_files(wheel);
        claim_programs(wheel);
    }
    // A file that a later wheel links (.data/scripts) may have taken the place of a program.
    for (auto& [program, wheel] : found_.program_owner_) {
        wheel = owners_.at(base::join_path(target_.scripts, program)).wheel;
    }
}

Collisions::Collisions(std::span<const LinkPlan> plans, const TargetLayout& target) {
    Survey(plans, target, *this).run();
}

bool Collisions::is_program_overridden(std::size_t wheel, std::string_view program) const {
    const auto owner = program_owner_.find(std::string(program));
    return owner != program_owner_.end() && owner->second != wheel;
}

}  // namespace install
