// Where interpreters may be: the paths of a search, in order and as late as possible, so that a
// search that ends early has looked at little.
#pragma once

#include "python/discovery.h"
#include "python/request.h"
#include "python/watch.h"

#include <functional>
#include <string>
#include <vector>

namespace python {

struct Candidate {
    std::string path;  // absolute
    Source source = Source::SearchPath;
};

enum class Visit : std::uint8_t { Continue, Stop };

class Candidates {
  public:
    using Visitor = std::function<Visit(const Candidate&)>;

    // All must outlive the object. What the order depends on is noted in `watch`.
    Candidates(const PythonRequest& request, const DiscoveryOptions& options, WatchList& watch)
        : request_(request), options_(options), watch_(watch) {}

    // Programs, whether they are interpreters or not. Environments may lack theirs.
    Visit visit(const Visitor& visitor);

  private:
    Visit visit_environments(const Visitor& visitor);
    Visit visit_conda_base(const Visitor& visitor);
    Visit visit_managed(const Visitor& visitor);
    Visit visit_search_path(const Visitor& visitor);
    Visit visit_directory(const std::string& directory, const Visitor& visitor);
    Visit visit_root(const std::string& root, Source source, const Visitor& visitor);
    std::optional<std::string> nearest_environment();

    const PythonRequest& request_;
    const DiscoveryOptions& options_;
    WatchList& watch_;
};

// The names a program that satisfies the request may have, most telling first. `python3.N` for any
// N is added when `wants_minor_names`.
std::vector<std::string> program_names(const PythonRequest& request);
bool wants_minor_names(const PythonRequest& request);

// The directories of the search path, absolute, each once.
std::vector<std::string> search_directories(const DiscoveryOptions& options);

}  // namespace python
