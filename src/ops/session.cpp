#include "ops/session.h"

#include "python/recall.h"

#include <fmt/core.h>

#include <utility>

namespace ops {

namespace {

constexpr std::string_view kInterpreters = "interpreters";

}  // namespace

Session::Session(Options options, EventSink& events)
    : options_(std::move(options)), events_(events) {}

// The client's event thread may hold work for the pool, and the pool's tasks may use the store: in
// this order.
Session::~Session() {
    client_.reset();
    pool_.reset();
    store_.reset();
}

base::Result<store::Store*> Session::store() {
    if (store_) return store_.get();
    store::StoreOptions options = options_.store;
    options.on_wait = [this](std::optional<pid_t> builder) {
        emit(Waiting{fmt::format(
            "Waiting for another process{} that builds the same environment",
            builder ? fmt::format(" (pid {})", *builder) : ""
        )});
    };
    store_ = std::make_unique<store::Store>(TRY(store::Store::open(options)));
    return store_.get();
}

void Session::begin_work() {
    if (const std::function<void()> tell = std::exchange(options_.on_work, nullptr)) tell();
}

net::Client& Session::client() {
    begin_work();
    if (client_) return *client_;
    net::ClientOptions options = options_.network;
    options.on_problem = [this](std::string text) { emit(Warned{std::move(text)}); };
    client_ = std::make_unique<net::Client>(std::move(options));
    return *client_;
}

base::TaskPool& Session::pool() {
    begin_work();
    if (!pool_) {
        const std::size_t threads = options_.install.threads;
        pool_ =
            std::make_unique<base::TaskPool>(threads == 0 ? base::TaskPool::core_count() : threads);
    }
    return *pool_;
}

base::Result<python::DiscoveryOptions> Session::discovery(python::EnvironmentUse environments) {
    begin_work();
    python::DiscoveryOptions discovery = options_.python.discovery;
    discovery.environments = environments;
    discovery.facts_directory = TRY(TRY(store())->bucket(kInterpreters));
    return discovery;
}

// Reads what is there and makes nothing.
base::Result<python::DiscoveryOptions> Session::recollection(python::EnvironmentUse environments) {
    python::DiscoveryOptions look = options_.python.discovery;
    look.environments = environments;
    look.facts_directory = TRY(store())->bucket_path(kInterpreters);
    return look;
}

base::Result<std::optional<python::WatchList>> Session::interpreter_watch(
    const python::PythonRequest& request, python::EnvironmentUse environments
) {
    std::optional<python::Recollection> known =
        python::read_recollection(request, TRY(recollection(environments)));
    if (!known) return std::nullopt;
    return std::move(known->watch);
}

base::Result<python::Interpreter> Session::interpreter(
    const python::PythonRequest& request, python::EnvironmentUse environments
) {
    const python::DiscoveryOptions look = TRY(recollection(environments));
    if (std::optional<python::Interpreter> known = python::recall_interpreter(request, look))
        return *known;
    if (expects_network_) client().warm_up();
    base::Result<python::Interpreter> found =
        python::find_interpreter(request, TRY(discovery(environments)));
    if (found || found.error().kind() == base::ErrorKind::Interrupted) return found;
    // Without a Python nothing can even be tried: not a "no", but a wrong setting (exit 2).
    return base::fail(std::move(found.error()).with_kind(base::ErrorKind::Usage));
}

}  // namespace ops
