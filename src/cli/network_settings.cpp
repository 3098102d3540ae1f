#include "cli/network_settings.h"

#include "base/file.h"
#include "base/text.h"
#include "generated/version.h"

#include <fmt/core.h>

namespace cli {

namespace {

using base::ErrorKind;
using base::Result;

std::string first_of(const Variables& variables, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
        if (const std::optional<std::string> value = variables.find_filled(name)) return *value;
    }
    return {};
}

Result<void> read_times(const Variables& variables, net::ClientOptions& options) {
    for (const char* name : {"UV_HTTP_TIMEOUT", "UV_REQUEST_TIMEOUT", "HTTP_TIMEOUT"}) {
        const std::optional<std::uint64_t> seconds = TRY(find_number(variables, name));
        if (!seconds) continue;
        options.stall_timeout_ms = static_cast<std::int64_t>(*seconds) * 1000;
        break;
    }
    if (const auto seconds = TRY(find_number(variables, "UV_HTTP_CONNECT_TIMEOUT"))) {
        options.connect_timeout_ms = static_cast<std::int64_t>(*seconds) * 1000;
    }
    if (const auto retries = TRY(find_number(variables, "UV_HTTP_RETRIES"))) {
        options.retry.retries = static_cast<unsigned>(*retries);
    }
    if (variables.find("UV_INTERNAL__TEST_NO_HTTP_RETRY_DELAY")) options.retry.first_pause_ms = 0;
    return {};
}

std::string netrc_path(const Variables& variables) {
    if (const auto path = variables.find_filled("NETRC")) return *path;
    const std::optional<std::string> home = variables.find_filled("HOME");
    return home ? base::join_path(*home, ".netrc") : std::string();
}

}  // namespace

Result<net::ClientOptions> network_options(const Inputs& inputs) {
    const auto& [invocation, variables, settings] = inputs;
    net::ClientOptions options;
    const bool offline = invocation.toggle("--offline").value_or(settings.offline.value_or(false));
    options.connectivity = offline ? net::Connectivity::Offline : net::Connectivity::Online;
    TRY(read_times(variables, options));
    options.proxy.http =
        settings.http_proxy.value_or(first_of(variables, {"HTTP_PROXY", "http_proxy"}));
    options.proxy.https =
        settings.https_proxy.value_or(first_of(variables, {"HTTPS_PROXY", "https_proxy"}));
    options.proxy.all = first_of(variables, {"ALL_PROXY", "all_proxy"});
    options.proxy.no_proxy = settings.no_proxy ? base::join(*settings.no_proxy, ",")
                                               : first_of(variables, {"NO_PROXY", "no_proxy"});
    options.trust.certificate_file = variables.find_filled("SSL_CERT_FILE").value_or("");
    options.trust.certificate_directory = variables.find_filled("SSL_CERT_DIR").value_or("");
    options.client_certificate = variables.find_filled("SSL_CLIENT_CERT").value_or("");
    options.insecure_hosts = invocation.values("--allow-insecure-host");
    if (settings.allow_insecure_host) {
        options.insecure_hosts.insert(
            options.insecure_hosts.end(),
            settings.allow_insecure_host->begin(),
            settings.allow_insecure_host->end()
        );
    }
    options.user_agent =
        fmt::format("adder/{}{}", ADDER_VERSION, variables.find("CI") ? " ci" : "");
    options.netrc_path = netrc_path(variables);
    const std::optional<std::uint64_t> downloads =
        TRY(find_number(variables, "UV_CONCURRENT_DOWNLOADS"));
    options.max_downloads = downloads.value_or(settings.concurrent_downloads.value_or(50));
    if (options.max_downloads == 0) {
        return base::fail(
            ErrorKind::Usage, "the variable `UV_CONCURRENT_DOWNLOADS` must be at least 1"
        );
    }
    return options;
}

}  // namespace cli
