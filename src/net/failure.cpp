#include "net/failure.h"

#include "net/http_headers.h"

#include <fmt/format.h>

namespace net {

namespace {

std::int64_t seconds(std::int64_t milliseconds) {
    return (milliseconds + 999) / 1000;
}

std::string place_of(const Url& url) {
    return fmt::format("{}:{}", url.host(), url.effective_port());
}

std::string reason_of(const Url& url, TransferFault fault, const FailureContext& context) {
    switch (fault) {
        case TransferFault::Resolve:
            return fmt::format("the host `{}` is not known", url.host());
        case TransferFault::Connect:
            return fmt::format("no connection to `{}`", place_of(url));
        case TransferFault::ConnectTimeout:
            return fmt::format(
                "no connection to `{}` within {} s",
                place_of(url),
                seconds(context.connect_timeout_ms)
            );
        case TransferFault::Tls:
            return fmt::format("no encrypted connection to `{}`", place_of(url));
        case TransferFault::Certificate:
            return fmt::format("the certificate of `{}` is not trusted", url.host());
        case TransferFault::ClientCertificate:
            return "the client certificate cannot be used";
        case TransferFault::Proxy:
            return "the proxy does not let us through";
        case TransferFault::Stalled:
            return fmt::format(
                "next to nothing arrived for {} s", seconds(context.stall_timeout_ms)
            );
        case TransferFault::Broken:
            return "the answer broke off";
        case TransferFault::Stopped:
            return "the answer was refused";
        case TransferFault::Other:
            break;
    }
    return "the transfer failed";
}

// What was wrong with a certificate is told by the words of OpenSSL alone, passed through libcurl; words we do not know
// get the advice that helps most often.
std::string certificate_hint(const Url& url, std::string_view detail) {
    const std::string skip =
        fmt::format("skip the check with `--allow-insecure-host {}`", url.host());
    if (detail.contains("has expired") || detail.contains("not yet valid"))
        return fmt::format(
            "check this machine's clock; else the server needs a new one, or {}", skip
        );
    if (detail.contains("subject name"))
        return fmt::format("call the server by a name its certificate is for, or {}", skip);
    if (detail.contains("setting certificate file"))
        return "check the file that SSL_CERT_FILE names: it must hold certificates (PEM)";
    return fmt::format(
        "name the certificate that signs it with SSL_CERT_FILE or SSL_CERT_DIR, or {}", skip
    );
}

std::string hint_of(const Url& url, TransferFault fault, std::string_view detail) {
    // The server says so only after the handshake, in the middle of the answer.
    if (detail.contains("certificate required"))
        return "name the certificate and key the server asks for with SSL_CLIENT_CERT (PEM)";
    switch (fault) {
        case TransferFault::Resolve:
            return "check the spelling of the host and the network connection";
        case TransferFault::Connect:
            return "check that the server runs and that no firewall or proxy is in between";
        case TransferFault::ConnectTimeout:
            return "a longer limit can be set with UV_HTTP_CONNECT_TIMEOUT (seconds)";
        case TransferFault::Stalled:
            return "a longer limit can be set with UV_HTTP_TIMEOUT (seconds)";
        case TransferFault::Proxy:
            return "check HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY";
        case TransferFault::ClientCertificate:
            return "check the file that SSL_CLIENT_CERT names";
        case TransferFault::Certificate:
            return certificate_hint(url, detail);
        case TransferFault::Tls:
            return detail.contains("wrong version number")
                       ? "the server may not speak TLS there: try http:// in place of https://"
                       : "";
        default:
            return {};
    }
}

}  // namespace

bool is_retryable(TransferFault fault) {
    switch (fault) {
        case TransferFault::Resolve:
        case TransferFault::Connect:
        case TransferFault::ConnectTimeout:
        case TransferFault::Tls:
        case TransferFault::Stalled:
        case TransferFault::Broken:
            return true;
        default:
            return false;
    }
}

base::Error transfer_error(const Url& url, const TransferEnd& end, const FailureContext& context) {
    const TransferFault fault = end.fault.value_or(TransferFault::Other);
    base::Error error(base::ErrorKind::Network, fmt::format("could not fetch `{}`", url.display()));
    error = std::move(error).cause(reason_of(url, fault, context));
    if (!end.detail.empty()) error = std::move(error).cause(end.detail);
    if (const std::string hint = hint_of(url, fault, end.detail); !hint.empty())
        error = std::move(error).hint(hint);
    if (fault == TransferFault::Certificate || fault == TransferFault::Tls) {
        for (const std::string& note : context.trust_notes)
            error = std::move(error).hint(note);
    }
    return error;
}

base::Error status_error(const Url& url, int status) {
    const bool is_gone = status == 404 || status == 410;
    base::Error error(
        is_gone ? base::ErrorKind::NotFound : base::ErrorKind::Network,
        fmt::format("`{}` answered {}", url.display(), status_text(status))
    );
    if (status == 401 || status == 403) {
        return std::move(error).hint(
            "credentials can be given in the URL, in a netrc file, or by UV_INDEX_<NAME>_USERNAME "
            "and "
            "UV_INDEX_<NAME>_PASSWORD"
        );
    }
    return error;
}

}  // namespace net
