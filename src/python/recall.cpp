#include "python/recall.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/record.h"
#include "base/small_file.h"
#include "base/text.h"
#include "base/trace.h"
#include "python/facts.h"

#include <fmt/core.h>

namespace python {

namespace {

constexpr std::string_view kMagic = "ADRPYR";
constexpr std::uint32_t kFormat = 2;
constexpr std::uint64_t kSlots = 64;
// Beyond this, looking whether the answer still holds is no faster than to search again.
constexpr std::size_t kWatchLimit = 512;

bool has_relative_part(const std::string& search_path) {
    for (const std::string_view directory : base::split(search_path, ':')) {
        if (!directory.empty() && !base::is_absolute(directory)) return true;
    }
    return false;
}

bool asks_about_directory(const PythonRequest& request, const DiscoveryOptions& options) {
    return options.environments != EnvironmentUse::Ignore ||
           (request.is_explicit() && !base::is_absolute(request.path())) ||
           has_relative_part(options.search_path.value_or(options.path));
}

// Everything but files that the outcome of a search depends on.
std::string question_of(const PythonRequest& request, const DiscoveryOptions& options) {
    std::string question = fmt::format(
        "{} {} {} {}\n",
        static_cast<int>(request.kind()),
        static_cast<int>(options.preference),
        static_cast<int>(options.environments),
        options.search_path.has_value()
    );
    for (const std::string& text :
         {request.canonical(),
          options.search_path.value_or(options.path),
          options.virtual_env,
          options.conda_prefix,
          options.conda_default_env,
          asks_about_directory(request, options) ? options.working_directory : std::string(),
          options.home,
          options.managed_directory,
          options.pyenv_root,
          options.pyenv_version}) {
        question += text;
        question += '\0';
    }
    return question;
}

std::string slot_of(const std::string& question, const std::string& directory) {
    return base::join_path(
        directory, fmt::format("answer-{}", base::fast_hash(question)[0] % kSlots)
    );
}

}  // namespace

std::optional<Recollection> read_recollection(
    const PythonRequest& request, const DiscoveryOptions& options
) {
    if (options.facts_directory.empty() || options.memory == MemoryUse::Renew) return std::nullopt;
    const std::string question = question_of(request, options);
    const base::Result<std::optional<std::string>> bytes =
        base::read_small_file(slot_of(question, options.facts_directory));
    if (!bytes || !*bytes) return std::nullopt;
    std::optional<base::RecordReader> reader = base::RecordReader::open(**bytes, kMagic, kFormat);
    if (!reader || reader->string() != question || reader->string() != host_identity()) {
        return std::nullopt;
    }
    const std::string_view directory = reader->string();
    if (!directory.empty() && directory != options.working_directory) return std::nullopt;
    std::optional<Interpreter> answer = Interpreter::decode(*reader);
    WatchList watch = WatchList::decode(*reader);
    if (!answer || !reader->complete() || !watch.holds()) return std::nullopt;
    return Recollection{
        .answer = std::move(*answer),
        .watch = std::move(watch),
        .reach = directory.empty() ? Reach::AnyDirectory : Reach::ThisDirectory
    };
}

void write_recollection(
    const PythonRequest& request, const DiscoveryOptions& options, const Recollection& recollection
) {
    const WatchList& watch = recollection.watch;
    if (options.facts_directory.empty() || watch.size() > kWatchLimit) return;
    if (watch.is_racy(base::wall_clock_ns())) return;
    const std::string question = question_of(request, options);
    const bool is_bound = recollection.reach == Reach::ThisDirectory;
    base::RecordWriter writer(kMagic, kFormat);
    writer.string(question);
    writer.string(host_identity());
    writer.string(is_bound ? options.working_directory : std::string());
    recollection.answer.encode(writer);
    watch.encode(writer);
    const base::Result<void> written =
        base::write_file_atomically(slot_of(question, options.facts_directory), writer.finish());
    if (!written) {
        base::trace([&] { return fmt::format("answer not saved: {}", written.error().flat()); });
    }
}

}  // namespace python
