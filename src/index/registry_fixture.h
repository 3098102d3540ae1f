// RegistryFixture: a cache directory, a loopback index whose answers a test sets path by path, and commands over both.
// Each command() is a new process, so to speak, with the same cache. Tests only.
#pragma once

#include "base/hash.h"
#include "base/temp_dir.h"
#include "index/registry.h"

#include "loopback_server.h"
#include "wheel_builder.h"
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace package_index {

inline pep::PackageName name_of(std::string_view text) {
    return *pep::PackageName::parse(text);
}

// One command: everything a Registry needs, with the life of a process.
struct Command {
    explicit Command(net::ClientOptions client_options) : client(std::move(client_options)) {}

    net::Client client;
    base::TaskPool pool{2};
    std::unique_ptr<Registry> registry;

    Registry* operator->() const { return registry.get(); }
};

class RegistryFixture : public testing::Test {
  protected:
    using Answer = std::function<LoopbackResponse(const LoopbackRequest&)>;

    void answer(const std::string& path, Answer answer) {
        const std::lock_guard lock(mutex_);
        answers_[path] = std::move(answer);
    }

    void answer(const std::string& path, LoopbackResponse response) {
        answer(path, [response](const LoopbackRequest&) { return response; });
    }

    // A page at /simple/<name>/ that lists `files`, each a JSON object.
    void page(
        const std::string& name,
        const std::string& files,
        std::vector<std::pair<std::string, std::string>> headers = {}
    ) {
        answer("/simple/" + name + "/", json_page(name, files, std::move(headers)));
    }

    static LoopbackResponse json_page(
        const std::string& name,
        const std::string& files,
        std::vector<std::pair<std::string, std::string>> headers = {}
    ) {
        headers.emplace_back("Content-Type", "application/vnd.pypi.simple.v1+json");
        return {
            .headers = std::move(headers),
            .body =
                R"({"meta":{"api-version":"1.0"},"name":")" + name + R"(","files":[)" + files + "]}"
        };
    }

    static std::string file(const std::string& file_name, const std::string& more = "") {
        return R"({"filename":")" + file_name + R"(","url":"/files/)" + file_name +
               R"(","hashes":{})" + more + "}";
    }

    // The same with the digest and size of a wheel.
    static std::string file(const WheelBuilder& wheel, const std::string& more = "") {
        const std::string bytes = wheel.bytes();
        return R"({"filename":")" + wheel.file_name() + R"(","url":"/files/)" + wheel.file_name() +
               R"(","hashes":{"sha256":")" + base::sha256_hex(bytes) + R"("},"size":)" +
               std::to_string(bytes.size()) + more + "}";
    }

    // Serves the wheel with ranges.
    void serve(const WheelBuilder& wheel) {
        const std::string bytes = wheel.bytes();
        answer("/files/" + wheel.file_name(), [bytes](const LoopbackRequest& request) {
            return answer_range(request, bytes);
        });
    }

    IndexLocation index_at(const std::string& path) const {
        return {.url = *net::Url::parse(server_.url(path)), .is_default = true};
    }

    IndexOptions options() const {
        IndexOptions options;
        options.locations = {index_at("/simple")};
        return options;
    }

    std::unique_ptr<Command> command(IndexOptions options) const {
        net::ClientOptions client;
        client.retry.retries = 0;
        if (options.offline) client.connectivity = net::Connectivity::Offline;
        auto command = std::make_unique<Command>(std::move(client));
        const std::string& root = cache_.path();
        Services services{
            command->client, command->pool, {root + "/pages", root + "/metadata", root + "/wheels"}
        };
        command->registry =
            std::make_unique<Registry>(std::move(services), std::move(options), target());
        return command;
    }

    static TargetPython target() {
        pep::TagInputs inputs;
        inputs.python_minor = 11;
        inputs.platform_major = 2;
        inputs.platform_minor = 36;
        inputs.arch = "x86_64";
        return {
            .tags = std::make_shared<const pep::Tags>(*pep::Tags::create(inputs)),
            .version = *pep::Version::parse("3.11.4"),
        };
    }

    // "1.0 2.0": the versions a new command sees; "error: ..." or the reason if it sees none.
    std::string versions(const std::string& name, const IndexOptions& options) const {
        const auto run = command(options);
        const auto answer = (*run)->project(name_of(name));
        return describe(answer);
    }

    static std::string describe(const base::Result<ProjectAnswer>& answer) {
        if (!answer) return "error: " + answer.error().flat();
        if (answer->project == nullptr) return answer->reason;
        std::string text;
        for (const Candidate& candidate : answer->project->candidates()) {
            text += (text.empty() ? "" : " ") + candidate.version.to_string();
        }
        return text;
    }

    // The file of the newest version of a project.
    static DistributionFile newest(Registry& registry, const std::string& name) {
        const auto answer = registry.project(name_of(name));
        EXPECT_TRUE(answer && answer->project != nullptr) << describe(answer);
        const Candidate& candidate = answer->project->candidates().back();
        return *answer->project->file(candidate, candidate.file);
    }

    base::TempDir cache_ = *base::TempDir::create(testing::TempDir(), "registry-");
    std::mutex mutex_;
    std::map<std::string, Answer> answers_;
    LoopbackServer server_{[this](const LoopbackRequest& request) {
        const std::lock_guard lock(mutex_);
        const auto found = answers_.find(request.path);
        return found == answers_.end() ? LoopbackResponse{.status = 404} : found->second(request);
    }};
};

}  // namespace package_index
