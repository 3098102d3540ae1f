#include "install/collisions.h"

#include "base/file.h"
#include "install/dist_info.h"

#include <optional>
#include <utility>

namespace install {

namespace {

struct Owner {
    std::size_t wheel = 0;
    std::optional<std::size_t> file;  // none: a program the installer writes
};

bool is_linked(const PlannedFile& file) {
    return file.role == FileRole::Plain || file.role == FileRole::Executable;
}

}  // namespace

void Collisions::find_shared_directories(
    std::span<const LinkPlan> plans, const TargetLayout& target
) {
    std::unordered_set<std::string> seen;
    for (const LinkPlan& plan : plans) {
        for (const PlannedDirectory& directory : plan.directories) {
            std::string path = base::join_path(
                scheme_directory(target, directory.scheme, plan.name), directory.path
            );
            if (!seen.insert(path).second) shared_.insert(std::move(path));
        }
    }
    // The scheme directories themselves are in no plan and always shared.
    for (const std::string* directory :
         {&target.purelib, &target.platlib, &target.scripts, &target.root}) {
        shared_.insert(*directory);
    }
}

void Collisions::override(std::size_t wheel, std::size_t file) {
    overridden_[wheel].insert(file);
}

Collisions::Collisions(std::span<const LinkPlan> plans, const TargetLayout& target) {
    find_shared_directories(plans, target);
    overridden_.resize(plans.size());
    std::unordered_map<std::string, Owner> owners;
    for (std::size_t wheel = 0; wheel < plans.size(); ++wheel) {
        const LinkPlan& plan = plans[wheel];
        const auto claim = [&](std::string path, Owner owner) {
            const auto [at, is_new] = owners.try_emplace(std::move(path), owner);
            if (is_new) return;
            if (at->second.file) override(at->second.wheel, *at->second.file);
            at->second = owner;
        };
        std::string_view last_directory;
        bool is_shared = true;
        std::optional<Scheme> last_scheme;
        for (std::size_t i = 0; i < plan.files.size(); ++i) {
            const PlannedFile& file = plan.files[i];
            if (!is_linked(file)) continue;
            const std::string_view directory = base::parent_path(file.target());
            if (last_scheme != file.scheme || directory != last_directory) {
                const std::string root = scheme_directory(target, file.scheme, plan.name);
                is_shared =
                    shared_.contains(directory.empty() ? root : base::join_path(root, directory));
                last_directory = directory;
                last_scheme = file.scheme;
            }
            if (!is_shared) continue;
            claim(
                base::join_path(scheme_directory(target, file.scheme, plan.name), file.target()),
                {wheel, i}
            );
        }
        for_each_program(plan, target.python_minor, [&](std::string_view program) {
            claim(base::join_path(target.scripts, program), {wheel, std::nullopt});
            program_owner_[std::string(program)] = wheel;
        });
    }
    // A linked file (.data/data/bin) may have taken a program's place after all.
    for (auto& [program, wheel] : program_owner_) {
        const auto owner = owners.find(base::join_path(target.scripts, program));
        if (owner != owners.end()) wheel = owner->second.wheel;
    }
}

bool Collisions::is_program_overridden(std::size_t wheel, std::string_view program) const {
    const auto owner = program_owner_.find(std::string(program));
    return owner != program_owner_.end() && owner->second != wheel;
}

}  // namespace install
