#include "index/judge.h"

#include "pep/specifiers.h"
#include "pep/tags.h"
#include "pep/wheel_filename.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace package_index {

namespace {

// What a wheel is against the target, apart from its date.
enum class Fit { Fits, Python, Abi, Platform, RequiresPython, BinariesDisabled };

struct TagFit {
    std::optional<std::uint32_t> priority;
    Fit misfit = Fit::Python;
};

// A page with its distinct tag sets and requires-python texts already judged.
class JudgedPage {
  public:
    JudgedPage(const Page& page, const JudgeRules& rules) : page_(&page) {
        for (std::uint32_t i = 0; i < page.tag_set_count(); ++i) {
            tags_.push_back(fit_of(page.tag_set(i), *rules.target.tags));
        }
        for (std::uint32_t i = 0; i < page.requires_python_count(); ++i) {
            pythons_.push_back(
                package_index::allows_python(page.requires_python(i), rules.target.version)
            );
        }
        cutoff_ms_ =
            rules.options.exclude_newer.cutoff(page.name(), page.origin().exclude_newer_ms);
    }

    const Page& page() const { return *page_; }

    // A damaged record may hold numbers of nothing: what they name fits nowhere.
    TagFit tags(std::uint32_t number) const {
        return number < tags_.size() ? tags_[number] : TagFit{};
    }

    bool allows_python(std::uint32_t number) const {
        return number < pythons_.size() && pythons_[number];
    }

    std::optional<std::int64_t> cutoff_ms() const { return cutoff_ms_; }

  private:
    static TagFit fit_of(std::string_view tag_set, const pep::Tags& tags) {
        const auto wheel = pep::WheelFilename::parse(fmt::format("x-0-{}.whl", tag_set));
        if (!wheel) return {};
        TagFit fit{.priority = tags.priority(*wheel)};
        if (fit.priority) return fit;
        switch (tags.why_not(*wheel)) {
            case pep::TagMismatch::Python:
                fit.misfit = Fit::Python;
                break;
            case pep::TagMismatch::Abi:
                fit.misfit = Fit::Abi;
                break;
            case pep::TagMismatch::Platform:
                fit.misfit = Fit::Platform;
                break;
        }
        return fit;
    }

    const Page* page_;
    std::vector<TagFit> tags_;
    std::vector<char> pythons_;  // vector<bool> would save nothing
    std::optional<std::int64_t> cutoff_ms_;
};

// A version of one page, to be merged with the same version of other pages.
struct Occurrence {
    pep::Version version;
    std::uint16_t page = 0;
    PageVersion files;
};

struct Choice {
    FileId id;
    PageFile file;
    std::uint32_t priority = 0;
};

// What the files of one version amount to.
struct Tally {
    std::optional<Choice> wheel;         // best that fits and is not yanked
    std::optional<Choice> yanked_wheel;  // best that fits and is yanked
    std::optional<Choice> source;        // first that could be built, unyanked before yanked
    std::optional<FileId> any_wheel;     // first that is not too new, for metadata
    std::optional<FileId> any_source;
    Fit nearest = Fit::Python;  // of the wheels that do not fit
    std::optional<FileId> nearest_wheel;
    std::string required_python;             // of a file that asks for another Python
    std::vector<std::string_view> tag_sets;  // of the wheels that do not fit
    std::size_t files = 0;
    std::size_t too_new = 0;
    std::size_t other_python = 0;
};

class Judge {
  public:
    Judge(std::span<const std::shared_ptr<const Page>> pages, const JudgeRules& rules)
        : rules_(rules) {
        for (const auto& page : pages)
            pages_.emplace_back(*page, rules);
    }

    std::vector<Candidate> group(const PageGroup& group);
    std::vector<std::string> warnings() const;

  private:
    std::vector<Occurrence> occurrences(const PageGroup& group) const;
    Candidate version(std::span<const Occurrence> same);
    void count(FileId id, Tally& tally);
    void count_wheel(const Choice& choice, bool allowed_python, Tally& tally) const;
    void count_source(const Choice& choice, bool allowed_python, Tally& tally) const;
    bool is_too_new(const JudgedPage& page, const PageFile& file);
    bool is_better(const Choice& challenger, const std::optional<Choice>& holder) const;
    Fit fit(const Choice& choice, bool allowed_python) const;
    void settle(const Tally& tally, Candidate& candidate) const;

    const Page& page_of(FileId id) const { return pages_[id.page].page(); }

    const JudgeRules& rules_;
    std::vector<JudgedPage> pages_;
    std::map<std::string, std::size_t> undated_;  // by name of the index
};

std::vector<Occurrence> Judge::occurrences(const PageGroup& group) const {
    std::vector<Occurrence> all;
    for (const std::uint16_t number : group.pages) {
        const Page& page = pages_[number].page();
        for (std::uint32_t i = 0; i < page.version_count(); ++i) {
            const PageVersion files = page.version(i);
            if (auto version = pep::Version::parse(files.text))
                all.push_back({std::move(*version), number, files});
        }
    }
    const auto by_version = [](const Occurrence& a, const Occurrence& b) {
        return a.version < b.version;
    };
    if (!std::ranges::is_sorted(all, by_version)) std::ranges::stable_sort(all, by_version);
    return all;
}

std::vector<Candidate> Judge::group(const PageGroup& group) {
    const std::vector<Occurrence> all = occurrences(group);
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < all.size();) {
        std::size_t end = i + 1;
        while (end < all.size() && all[end].version == all[i].version)
            ++end;
        candidates.push_back(version(std::span(all).subspan(i, end - i)));
        i = end;
    }
    return candidates;
}

bool Judge::is_too_new(const JudgedPage& page, const PageFile& file) {
    if (!page.cutoff_ms()) return false;
    if (!file.upload_time_ms) {
        ++undated_[page.page().origin().index_name];
        return true;
    }
    return *file.upload_time_ms >= *page.cutoff_ms();
}

// Build tags are rare, so they are parsed only where tags tie.
bool Judge::is_better(const Choice& challenger, const std::optional<Choice>& holder) const {
    if (!holder || challenger.priority != holder->priority)
        return !holder || challenger.priority > holder->priority;
    const auto ours = pep::WheelFilename::parse(challenger.file.file_name);
    const auto theirs = pep::WheelFilename::parse(holder->file.file_name);
    return ours && theirs && ours->build > theirs->build;
}

Fit Judge::fit(const Choice& choice, bool allowed_python) const {
    const JudgedPage& page = pages_[choice.id.page];
    if (rules_.options.no_binary.contains(page.page().name())) return Fit::BinariesDisabled;
    const TagFit tags = page.tags(choice.file.tag_set);
    if (!tags.priority) return tags.misfit;
    return allowed_python ? Fit::Fits : Fit::RequiresPython;
}

void Judge::count_wheel(const Choice& choice, bool allowed_python, Tally& tally) const {
    if (!tally.any_wheel) tally.any_wheel = choice.id;
    const Fit how = fit(choice, allowed_python);
    if (how == Fit::Fits) {
        std::optional<Choice>& holder = choice.file.is_yanked ? tally.yanked_wheel : tally.wheel;
        if (is_better(choice, holder)) holder = choice;
        return;
    }
    if (how == Fit::Python || how == Fit::Abi || how == Fit::Platform) {
        tally.tag_sets.push_back(page_of(choice.id).tag_set(choice.file.tag_set));
    }
    if (!tally.nearest_wheel || how > tally.nearest) {
        tally.nearest = how;
        tally.nearest_wheel = choice.id;
    }
}

void Judge::count_source(const Choice& choice, bool allowed_python, Tally& tally) const {
    if (!tally.any_source) tally.any_source = choice.id;
    if (!allowed_python || rules_.options.no_build.contains(page_of(choice.id).name())) return;
    if (!tally.source || (tally.source->file.is_yanked && !choice.file.is_yanked))
        tally.source = choice;
}

void Judge::count(FileId id, Tally& tally) {
    const JudgedPage& page = pages_[id.page];
    Choice choice{.id = id, .file = page.page().file(id.file)};
    ++tally.files;
    if (is_too_new(page, choice.file)) {
        ++tally.too_new;
        return;
    }
    const bool allowed_python = page.allows_python(choice.file.requires_python);
    if (!allowed_python) {
        ++tally.other_python;
        tally.required_python = page.page().requires_python(choice.file.requires_python);
    }
    if (choice.file.kind == FileKind::SourceDistribution)
        return count_source(choice, allowed_python, tally);
    choice.priority = page.tags(choice.file.tag_set).priority.value_or(0);
    count_wheel(choice, allowed_python, tally);
}

// "`win_amd64`, `macosx_11_0_arm64` and others": the distinct parts of tag sets, 0 = Python, 1 =
// ABI, 2 = platform.
std::string tag_examples(std::span<const std::string_view> tag_sets, int part) {
    std::vector<std::string_view> shown;
    bool more = false;
    for (std::string_view tags : tag_sets) {
        for (int i = 0; i < part; ++i)
            tags.remove_prefix(std::min(tags.find('-'), tags.size() - 1) + 1);
        tags = tags.substr(0, tags.find('-'));
        if (std::ranges::find(shown, tags) != shown.end()) continue;
        if (shown.size() == 3) {
            more = true;
            break;
        }
        shown.push_back(tags);
    }
    std::string text;
    for (const std::string_view tags : shown)
        text += fmt::format("{}`{}`", text.empty() ? "" : ", ", tags);
    return more ? text + " and others" : text;
}

std::string wheel_reason(const Tally& tally) {
    switch (tally.nearest) {
        case Fit::Platform:
            return fmt::format(
                "has no wheel for this platform (only for {})", tag_examples(tally.tag_sets, 2)
            );
        case Fit::Abi:
            return fmt::format(
                "has no wheel for the ABI of this Python (only for {})",
                tag_examples(tally.tag_sets, 1)
            );
        case Fit::BinariesDisabled:
            return "has only wheels, and `--no-binary` forbids them";
        default:
            return fmt::format(
                "has no wheel for this Python (only for {})", tag_examples(tally.tag_sets, 0)
            );
    }
}

// Nothing fits: says what came nearest.
void settle_unusable(const Tally& tally, Candidate& candidate) {
    const bool wants_other_python = tally.other_python + tally.too_new == tally.files ||
                                    (tally.nearest_wheel && tally.nearest == Fit::RequiresPython);
    if (tally.nearest_wheel) candidate.file = *tally.nearest_wheel;
    if (tally.any_source) candidate.file = *tally.any_source;
    candidate.metadata_file = candidate.file;
    if (tally.files == tally.too_new) {
        candidate.usability = Usability::ExcludedByDate;
        candidate.reason = "was uploaded after the `exclude-newer` cutoff";
    } else if (wants_other_python) {
        candidate.usability = Usability::RequiresPython;
        candidate.reason = fmt::format("requires Python {}", tally.required_python);
    } else if (tally.any_source && !tally.nearest_wheel) {
        candidate.usability = Usability::BuildsDisabled;
        candidate.reason = "has only a source distribution, and `--no-build` forbids building it";
    } else if (tally.nearest == Fit::BinariesDisabled) {
        candidate.usability = Usability::BinariesDisabled;
        candidate.reason = wheel_reason(tally);
    } else {
        candidate.usability = Usability::IncompatibleTags;
        candidate.reason = wheel_reason(tally);
    }
}

void Judge::settle(const Tally& tally, Candidate& candidate) const {
    const bool has_good_source = tally.source && !tally.source->file.is_yanked;
    if (tally.wheel || (tally.yanked_wheel && !has_good_source)) {
        const Choice& choice = tally.wheel ? *tally.wheel : *tally.yanked_wheel;
        candidate.usability = tally.wheel ? Usability::Usable : Usability::Yanked;
        candidate.file = candidate.metadata_file = choice.id;
        if (!tally.wheel) {
            candidate.yanked_reason = choice.file.yanked_reason;
            candidate.reason = candidate.yanked_reason.empty()
                                   ? "was yanked"
                                   : fmt::format("was yanked ({})", candidate.yanked_reason);
        }
    } else if (tally.source) {
        candidate.usability = Usability::NeedsBuild;
        candidate.file = tally.source->id;
        candidate.metadata_file = tally.any_wheel.value_or(tally.source->id);
        candidate.yanked_reason =
            tally.source->file.is_yanked ? tally.source->file.yanked_reason : "";
        candidate.reason = tally.nearest_wheel
                               ? wheel_reason(tally) + ", and otherwise only a source distribution"
                               : "has only a source distribution";
    } else {
        settle_unusable(tally, candidate);
    }
}

Candidate Judge::version(std::span<const Occurrence> same) {
    Tally tally;
    for (const Occurrence& occurrence : same) {
        for (std::uint32_t i = 0; i < occurrence.files.file_count; ++i) {
            count({occurrence.page, occurrence.files.first_file + i}, tally);
        }
    }
    const Occurrence& first = same.front();
    Candidate candidate{.version = first.version, .file = {first.page, first.files.first_file}};
    settle(tally, candidate);
    return candidate;
}

std::vector<std::string> Judge::warnings() const {
    std::vector<std::string> lines;
    lines.reserve(undated_.size());
    for (const auto& [index, count] : undated_) {
        lines.push_back(fmt::format(
            "`{}`: {} of {} left out by `exclude-newer`, because {} upload time is not known",
            pages_.front().page().name().text(),
            count == 1 ? "1 file" : fmt::format("{} files", count),
            index + (count == 1 ? " is" : " are"),
            count == 1 ? "its" : "their"
        ));
    }
    return lines;
}

// Lets a candidate of a later group in only where the earlier ones have no usable one of that
// version.
void merge_best(std::vector<Candidate>& merged, std::vector<Candidate> later) {
    std::vector<Candidate> all;
    auto mine = merged.begin();
    auto theirs = later.begin();
    while (mine != merged.end() || theirs != later.end()) {
        if (theirs == later.end() || (mine != merged.end() && mine->version < theirs->version)) {
            all.push_back(std::move(*mine++));
        } else if (mine == merged.end() || theirs->version < mine->version) {
            all.push_back(std::move(*theirs++));
        } else {
            const bool replaces =
                mine->usability != Usability::Usable && theirs->usability < mine->usability;
            all.push_back(std::move(replaces ? *theirs : *mine));
            ++mine;
            ++theirs;
        }
    }
    merged = std::move(all);
}

}  // namespace

bool allows_python(std::string_view requires_python, const pep::Version& version) {
    const auto specifiers = pep::Specifiers::parse_lenient(requires_python);
    if (!specifiers) return false;
    const pep::Version python = version.only_release();
    return std::ranges::all_of(specifiers->items(), [&](const pep::Specifier& specifier) {
        const pep::Version bound = specifier.version().only_release();
        switch (specifier.op()) {
            case pep::Operator::GreaterEqual:
            case pep::Operator::Equal:
            case pep::Operator::ArbitraryEqual:
            case pep::Operator::Compatible:
                return python >= bound;
            case pep::Operator::Greater:
                return python > bound;
            default:
                return true;
        }
    });
}

// One candidate for each version. It stands at the place of the first index that has the version; its files are those
// of the first index where they can be used.
void keep_one_of_each_version(std::vector<Candidate>& candidates) {
    std::ranges::stable_sort(candidates, {}, &Candidate::version);
    std::vector<Candidate> kept;
    for (Candidate& candidate : candidates) {
        if (kept.empty() || kept.back().version != candidate.version) {
            kept.push_back(std::move(candidate));
        } else if (kept.back().usability != Usability::Usable &&
                   candidate.usability == Usability::Usable) {
            candidate.index_rank = kept.back().index_rank;
            kept.back() = std::move(candidate);
        }
    }
    candidates = std::move(kept);
}

Judged judge(
    std::span<const std::shared_ptr<const Page>> pages,
    std::span<const PageGroup> groups,
    GroupOrder order,
    const JudgeRules& rules
) {
    Judge judge(pages, rules);
    Judged judged;
    for (std::size_t rank = 0; rank < groups.size(); ++rank) {
        std::vector<Candidate> candidates = judge.group(groups[rank]);
        if (order == GroupOrder::BestVersion) {
            merge_best(judged.candidates, std::move(candidates));
            continue;
        }
        for (Candidate& candidate : candidates)
            candidate.index_rank = static_cast<std::uint16_t>(rank);
        std::ranges::move(candidates, std::back_inserter(judged.candidates));
    }
    if (order == GroupOrder::FirstGroup) keep_one_of_each_version(judged.candidates);
    judged.warnings = judge.warnings();
    return judged;
}

}  // namespace package_index
