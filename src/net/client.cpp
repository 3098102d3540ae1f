#include "net/client.h"

#include "net/event_loop.h"
#include "net/file_body.h"
#include "net/memory_body.h"
#include "net/part_file.h"

#include <fmt/format.h>

namespace net {

namespace {

base::Result<void> check_url(const Url& url, Connectivity connectivity) {
    if (!url.is_http()) {
        return base::fail(
            base::ErrorKind::Invalid, fmt::format("`{}` is not an http or https URL", url.display())
        );
    }
    if (connectivity == Connectivity::Online) return {};
    return base::fail(
        base::Error(base::ErrorKind::Network, fmt::format("could not fetch `{}`", url.display()))
            .cause("the network is switched off by `--offline`")
    );
}

}  // namespace

Client::Client(ClientOptions options)
    : options_(std::move(options)), loop_(std::make_unique<EventLoop>(options_)) {}

Client::~Client() = default;

base::Future<base::Result<Response>> Client::fetch(Request request) {
    auto [future, fulfil] = base::Future<base::Result<Response>>::make();
    fetch(std::move(request), std::move(fulfil));
    return std::move(future);
}

base::Future<base::Result<DownloadResult>> Client::download(DownloadRequest request) {
    auto [future, fulfil] = base::Future<base::Result<DownloadResult>>::make();
    download(std::move(request), std::move(fulfil));
    return std::move(future);
}

void Client::fetch(Request request, FetchDone done) {
    if (auto checked = check_url(request.url, options_.connectivity); !checked) {
        return done(base::fail(std::move(checked.error())));
    }
    auto body = std::make_unique<MemoryBody>(request, loop_->budget(), std::move(done));
    ExchangeRequest exchange{
        .url = std::move(request.url),
        .method = request.method,
        .headers = std::move(request.headers),
        .credentials = std::move(request.credentials),
        .credential_use = request.credential_use,
    };
    loop_->submit(std::make_unique<Exchange>(std::move(exchange), Priority::Page, std::move(body)));
}

void Client::download(DownloadRequest request, DownloadDone done) {
    if (auto checked = check_url(request.url, options_.connectivity); !checked) {
        return done(base::fail(std::move(checked.error())));
    }
    base::Result<PartFile> part = PartFile::open({
        .path = request.part_path,
        .url = request.url.without_credentials().without_fragment().text(),
        .expected_size = request.expected_size,
        .expected_hashes = request.expected_hashes,
    });
    if (!part) return done(base::fail(std::move(part.error())));

    auto body = std::make_unique<FileBody>(request, std::move(*part), std::move(done));
    if (body->is_complete()) {
        const base::Result<Step> step = body->complete(request.url);
        if (!step) return body->fail(step.error());
        if (*step == Step::Proceed)
            return body->succeed({.url = request.url.without_credentials()});
    }
    ExchangeRequest exchange{
        .url = std::move(request.url),
        .headers = std::move(request.headers),
        .credentials = std::move(request.credentials),
        .credential_use = request.credential_use,
    };
    loop_->submit(std::make_unique<Exchange>(std::move(exchange), Priority::File, std::move(body)));
}

void Client::add_credentials(ScopedCredentials entry) {
    loop_->add_credentials(std::move(entry));
}

void Client::warm_up() {
    if (options_.connectivity == Connectivity::Online) loop_->start();
}

void Client::close() {
    loop_->close();
}

}  // namespace net
