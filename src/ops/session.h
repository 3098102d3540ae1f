// Session: the services one command uses, each opened when it is first needed and not before: the
// store, the HTTP client, the thread pool. It owns them; they live as long as it does. Not
// thread-safe: the main thread drives.
#pragma once

#include "base/result.h"
#include "base/task_pool.h"
#include "net/client.h"
#include "ops/event.h"
#include "ops/options.h"
#include "python/discovery.h"
#include "python/watch.h"
#include "store/store.h"

#include <memory>
#include <optional>
#include <string>

namespace ops {

class Session {
  public:
    Session(Options options, EventSink& events);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    const Options& options() const { return options_; }

    // For what is only known after files were read: constraints and overrides.
    void replace_resolve_options(ResolveOptions resolve) { options_.resolve = std::move(resolve); }

    EventSink& events() const { return events_; }

    void emit(const Event& event) const { events_.handle(event); }

    base::Result<store::Store*> store();
    net::Client& client();
    base::TaskPool& pool();

    // Says that whatever cannot be recalled will be asked from an index: while an unknown interpreter
    // is looked for, which takes a process, the network gets ready.
    void expect_network() { expects_network_ = true; }

    // Ends all connections. Before this process becomes a program, which would inherit those of
    // libcurl's descriptors that it does not mark.
    void disconnect() { client_.reset(); }

    // Recalled if it can be, else found, and then remembered; no process is started for one that is
    // known.
    base::Result<python::Interpreter> interpreter(
        const python::PythonRequest& request, python::EnvironmentUse environments
    );
    // What that answer depends on; nullopt if it was not remembered.
    base::Result<std::optional<python::WatchList>> interpreter_watch(
        const python::PythonRequest& request, python::EnvironmentUse environments
    );
    // Discovery with its memory: a bucket of the store.
    base::Result<python::DiscoveryOptions> discovery(python::EnvironmentUse environments);

  private:
    void begin_work();
    base::Result<python::DiscoveryOptions> recollection(python::EnvironmentUse environments);

    Options options_;
    EventSink& events_;
    bool expects_network_ = false;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<base::TaskPool> pool_;
    std::unique_ptr<net::Client> client_;
};

}  // namespace ops
