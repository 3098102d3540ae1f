#include "net/failure.h"

#include <gtest/gtest.h>

namespace net {
namespace {

struct HintCase {
    TransferFault fault;
    const char* detail;
    const char* hint;  // a part of it; "": there is none
};

class CertificateHints : public testing::TestWithParam<HintCase> {};

TEST_P(CertificateHints, FitTheFault) {
    const auto& [fault, detail, hint] = GetParam();
    TransferEnd end;
    end.fault = fault;
    end.detail = detail;
    const base::Error error = transfer_error(*Url::parse("https://host.example/x"), end, {});
    std::string hints;
    for (const std::string& text : error.hints())
        hints += text + "\n";
    if (*hint == '\0') {
        EXPECT_EQ(hints, "");
    } else {
        EXPECT_NE(hints.find(hint), std::string::npos) << hints;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Failure,
    CertificateHints,
    testing::Values(
        HintCase{
            TransferFault::Certificate, "self-signed certificate", "SSL_CERT_FILE or SSL_CERT_DIR"
        },
        HintCase{
            TransferFault::Certificate, "certificate has expired", "the server needs a new one"
        },
        HintCase{TransferFault::Certificate, "certificate is not yet valid", "clock"},
        HintCase{
            TransferFault::Certificate,
            "no alternative certificate subject name matches",
            "by a name"
        },
        HintCase{
            TransferFault::Certificate,
            "error setting certificate file: x",
            "file that SSL_CERT_FILE names"
        },
        HintCase{TransferFault::Certificate, "", "--allow-insecure-host host.example"},
        HintCase{TransferFault::Broken, "tlsv13 alert certificate required", "SSL_CLIENT_CERT"},
        HintCase{TransferFault::Tls, "wrong version number", "http://"},
        HintCase{TransferFault::Tls, "handshake failure", ""},
        HintCase{TransferFault::Broken, "", ""}
    )
);

}  // namespace
}  // namespace net
