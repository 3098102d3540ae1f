#include "python/discovery.h"

#include "base/file.h"
#include "base/trace.h"
#include "python/candidates.h"
#include "python/environment.h"
#include "python/facts.h"
#include "python/pyenv.h"
#include "python/recall.h"

#include <fmt/core.h>

#include <algorithm>

namespace python {

namespace {

using base::Result;

// Fallback: taken if the search ends without anything better.
enum class Verdict : std::uint8_t { Take, Fallback, PassOver };

// Sources whose interpreter somebody chose: that it is unusual is no reason to pass it over.
bool is_chosen(Source source) {
    return source == Source::ProvidedPath || source == Source::ActiveEnvironment ||
           source == Source::CondaEnvironment || source == Source::DiscoveredEnvironment ||
           source == Source::CondaBase;
}

bool is_environment(Source source) {
    return source == Source::ActiveEnvironment || source == Source::CondaEnvironment ||
           source == Source::DiscoveredEnvironment;
}

bool is_below(std::string_view path, std::string_view directory) {
    return !directory.empty() && path.starts_with(directory) &&
           (directory.ends_with('/') || path.substr(directory.size()).starts_with('/'));
}

std::string searched_places(const PythonRequest& request, const DiscoveryOptions& options) {
    std::vector<std::string> places;
    if (request.kind() == PythonRequest::Kind::Name) return "search path";
    if (options.environments != EnvironmentUse::Ignore) places.emplace_back("virtual environments");
    if (options.environments != EnvironmentUse::Only) {
        if (options.preference != PythonPreference::OnlySystem) {
            places.emplace_back(text_of(Source::Managed));
        }
        if (options.preference != PythonPreference::OnlyManaged) {
            places.emplace_back(text_of(Source::SearchPath));
        }
    }
    std::string text = places.front();
    for (std::size_t i = 1; i < places.size(); ++i) {
        const bool is_last = i + 1 == places.size();
        text += fmt::format("{}{}", is_last ? (i > 1 ? ", or " : " or ") : ", ", places[i]);
    }
    return text;
}

class Finder {
  public:
    Finder(const PythonRequest& request, const DiscoveryOptions& options)
        : request_(request), options_(options), pyenv_(options, watch_), facts_(options) {}

    Result<Found> find() {
        Result<Found> found = request_.kind() == PythonRequest::Kind::File ||
                                      request_.kind() == PythonRequest::Kind::Directory
                                  ? find_provided()
                                  : search();
        facts_.save();
        if (found && !facts_.met_passing_failure()) {
            const bool is_bound = pyenv_.was_asked() || facts_.asked_selector();
            write_recollection(
                request_,
                options_,
                {found->interpreter, watch_, is_bound ? Reach::ThisDirectory : Reach::AnyDirectory}
            );
        }
        return found;
    }

    Result<Listing> list() {
        Listing listing;
        if (request_.kind() == PythonRequest::Kind::File ||
            request_.kind() == PythonRequest::Kind::Directory) {
            if (Result<Found> found = find_provided()) listing.found.push_back(std::move(*found));
        } else {
            Candidates(request_, options_, watch_).visit([&](const Candidate& candidate) {
                add_to(listing, candidate);
                return Visit::Continue;
            });
        }
        facts_.save();
        sort(listing.found);
        return listing;
    }

  private:
    Result<Found> find_provided() {
        std::string_view given = request_.path();
        while (given.starts_with("./"))
            given.remove_prefix(2);
        std::string path = base::join_path(options_.working_directory, given);
        if (request_.kind() == PythonRequest::Kind::Directory) {
            const std::optional<std::string> executable = executable_in(path);
            if (!executable) {
                return base::fail(
                    base::Error(
                        base::ErrorKind::NotFound,
                        fmt::format("no interpreter found in directory `{}`", request_.path())
                    )
                        .hint("it is looked for at `bin/python` and `bin/python3` in there")
                );
            }
            path = *executable;
        } else if (!base::exists(path) && !base::read_link(path)) {
            return base::fail(
                base::ErrorKind::NotFound,
                fmt::format("no interpreter found at path `{}`", request_.path())
            );
        }
        Result<Found> found = examine({path, Source::ProvidedPath});
        if (found || found.error().kind() == base::ErrorKind::Interrupted) return found;
        // Whatever is wrong with it, what was asked for is not there.
        return base::fail(
            std::move(found.error())
                .context(fmt::format("failed to inspect the interpreter at `{}`", request_.path()))
                .with_kind(base::ErrorKind::NotFound)
        );
    }

    Result<Found> search() {
        std::optional<Result<Found>> outcome;
        std::optional<Found> fallback;
        std::optional<Rejected> first_rejected;
        Candidates(request_, options_, watch_).visit([&](const Candidate& candidate) {
            Result<Found> found = examine(candidate);
            if (!found) {
                const bool ends = candidate.source == Source::ActiveEnvironment ||
                                  found.error().kind() == base::ErrorKind::Interrupted;
                if (ends) outcome = base::fail(broken(candidate, std::move(found.error())));
                if (ends) return Visit::Stop;
                trace_rejected(candidate, found.error());
                if (!first_rejected) {
                    first_rejected = {candidate.path, candidate.source, std::move(found.error())};
                }
                return Visit::Continue;
            }
            const Verdict verdict = judge(*found);
            if (verdict == Verdict::Fallback && !fallback) fallback = std::move(*found);
            if (verdict != Verdict::Take) return Visit::Continue;
            outcome = std::move(found);
            return Visit::Stop;
        });
        if (outcome) return std::move(*outcome);
        if (fallback) return std::move(*fallback);
        return base::fail(nothing_found(first_rejected));
    }

    // Everything known about a candidate. What the answer depends on is noted.
    Result<Found> examine(const Candidate& candidate) {
        watch_.note(candidate.path);
        Found found{
            .interpreter = {},
            .source = candidate.source,
            .path = candidate.path,
            .symlink = std::nullopt
        };
        if (Result<std::string> link = base::read_link(candidate.path)) {
            found.symlink = std::move(*link);
        }
        std::string program = candidate.path;
        if (pyenv_.is_shim(candidate.path)) program = TRY(pyenv_.resolve(candidate.path));
        found.interpreter = TRY(facts_.of(program));
        if (found.interpreter.is_virtual()) {
            watch_.note(base::join_path(found.interpreter.prefix, kVenvConfig));
            watch_.note(found.interpreter.base_executable);
        }
        if (found.interpreter.executable != candidate.path) {
            watch_.note(found.interpreter.executable);
        }
        return found;
    }

    Verdict judge(const Found& found) const {
        const Interpreter& interpreter = found.interpreter;
        if (!may_use_source(found)) return Verdict::PassOver;
        // What somebody chose may be of any build, unless the request says something about it.
        if (is_chosen(found.source)) {
            const bool is_default = request_.kind() == PythonRequest::Kind::Default;
            return is_default || request_.matches(interpreter) ? Verdict::Take : Verdict::PassOver;
        }
        if (!request_.matches(interpreter)) return Verdict::PassOver;
        if (request_.kind() == PythonRequest::Kind::Any) return Verdict::Take;
        if (request_.kind() == PythonRequest::Kind::Name) return Verdict::Take;
        const bool is_usual = interpreter.implementation_name == name_of(Implementation::CPython);
        if (!is_usual && !request_.implementation()) return Verdict::PassOver;
        const bool is_early =
            interpreter.version.is_prerelease() && !request_.version().names_prerelease();
        const bool is_freer =
            interpreter.gil_disabled && request_.version().variant == VariantRequest::Default;
        return is_early || is_freer ? Verdict::Fallback : Verdict::Take;
    }

    // Whether interpreters from there, environments or not, managed or not, are wanted at all.
    bool may_use_source(const Found& found) const {
        if (found.source == Source::ProvidedPath || is_environment(found.source)) return true;
        const bool is_virtual = found.interpreter.is_virtual();
        if (is_virtual && options_.environments == EnvironmentUse::Ignore) return false;
        const bool wants_explicit = options_.environments == EnvironmentUse::ExplicitSystem;
        if (wants_explicit && !is_virtual && !request_.is_explicit()) return false;
        if (options_.preference == PythonPreference::OnlySystem) {
            return !is_managed(found.interpreter, options_);
        }
        if (options_.preference == PythonPreference::OnlyManaged) {
            return is_managed(found.interpreter, options_);
        }
        return true;
    }

    void add_to(Listing& listing, const Candidate& candidate) {
        Result<Found> found = examine(candidate);
        if (!found) {
            trace_rejected(candidate, found.error());
            listing.rejected.push_back({candidate.path, candidate.source, std::move(found.error())}
            );
            return;
        }
        if (!may_use_source(*found) || !is_listed(*found)) return;
        const auto same_path = [&](const Found& other) { return other.path == found->path; };
        if (std::ranges::none_of(listing.found, same_path)) {
            listing.found.push_back(std::move(*found));
        }
    }

    // A list without a request shows every kind of interpreter.
    bool is_listed(const Found& found) const {
        return request_.kind() == PythonRequest::Kind::Default ||
               request_.matches(found.interpreter);
    }

    static void sort(std::vector<Found>& found) {
        const auto rank = [](const Found& one) {
            const auto known = implementation_from_name(one.interpreter.implementation_name);
            return known ? static_cast<int>(*known) : static_cast<int>(Implementation::Pyodide) + 1;
        };
        std::ranges::sort(found, [&](const Found& a, const Found& b) {
            if (rank(a) != rank(b)) return rank(a) < rank(b);
            const Interpreter& x = a.interpreter;
            const Interpreter& y = b.interpreter;
            if (x.version != y.version) return x.version > y.version;
            if (x.variant() != y.variant()) return x.variant() < y.variant();
            const bool a_managed = a.source == Source::Managed;
            const bool b_managed = b.source == Source::Managed;
            if (a_managed != b_managed) return a_managed;
            return a.path > b.path;
        });
    }

    static void trace_rejected(const Candidate& candidate, const base::Error& error) {
        base::trace([&] {
            return fmt::format("passing over `{}`: {}", candidate.path, error.flat());
        });
    }

    static base::Error broken(const Candidate& candidate, base::Error error) {
        if (error.kind() == base::ErrorKind::Interrupted) return error;
        return std::move(error).context(fmt::format(
            "failed to inspect the interpreter of the {} at `{}`",
            text_of(candidate.source),
            candidate.path
        ));
    }

    base::Error nothing_found(const std::optional<Rejected>& first_rejected) const {
        base::Error error(
            base::ErrorKind::NotFound,
            request_.kind() == PythonRequest::Kind::Default
                ? fmt::format("no interpreter found in {}", searched_places(request_, options_))
                : fmt::format(
                      "no interpreter found for {} in {}",
                      request_.describe(),
                      searched_places(request_, options_)
                  )
        );
        if (first_rejected) {
            const base::Error& reason = first_rejected->error;
            error = std::move(error).cause(reason.message());
            for (const std::string& cause : reason.causes())
                error = std::move(error).cause(cause);
            return error;
        }
        return std::move(error).hint(
            "`python list` shows the interpreters there are; `--python` takes the path of another"
        );
    }

    const PythonRequest& request_;
    const DiscoveryOptions& options_;
    WatchList watch_;
    Pyenv pyenv_;
    Facts facts_;
};

}  // namespace

std::string_view text_of(Source source) {
    switch (source) {
        case Source::ProvidedPath:
            return "provided path";
        case Source::ActiveEnvironment:
            return "active virtual environment";
        case Source::CondaEnvironment:
            return "conda environment";
        case Source::DiscoveredEnvironment:
            return "virtual environment";
        case Source::CondaBase:
            return "conda base environment";
        case Source::Managed:
            return "managed installations";
        case Source::SearchPath:
            return "search path";
    }
    return "";
}

Result<Found> find(const PythonRequest& request, const DiscoveryOptions& options) {
    return Finder(request, options).find();
}

Result<Interpreter> find_interpreter(
    const PythonRequest& request, const DiscoveryOptions& options
) {
    return TRY(find(request, options)).interpreter;
}

Result<Listing> list_interpreters(const PythonRequest& request, const DiscoveryOptions& options) {
    return Finder(request, options).list();
}

std::optional<Interpreter> recall_interpreter(
    const PythonRequest& request, const DiscoveryOptions& options
) {
    std::optional<Recollection> known = read_recollection(request, options);
    if (!known) return std::nullopt;
    return std::move(known->answer);
}

Result<Interpreter> environment_interpreter(
    const std::string& root, const DiscoveryOptions& options
) {
    const std::optional<std::string> executable = executable_in(root);
    if (!executable || !read_venv_config(root)) {
        return base::fail(
            base::ErrorKind::NotFound, fmt::format("there is no virtual environment at `{}`", root)
        );
    }
    Facts facts(options);
    Result<Interpreter> interpreter = facts.of(*executable);
    facts.save();
    return interpreter;
}

bool is_managed(const Interpreter& interpreter, const DiscoveryOptions& options) {
    if (is_below(interpreter.base_prefix, options.managed_directory)) return true;
    // The directory may be reached through a link.
    const Result<std::string> root = base::canonical_path(options.managed_directory);
    const Result<std::string> prefix = base::canonical_path(interpreter.base_prefix);
    return root && prefix && is_below(*prefix, *root);
}

}  // namespace python
