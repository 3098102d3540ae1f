#include "net/client.h"

#include "base/cancel.h"
#include "base/file.h"
#include "base/temp_dir.h"
#include "net/wire_server_test.h"

#include "loopback_server.h"
#include <gtest/gtest.h>
#include <zlib.h>

#include <atomic>
#include <csignal>

namespace net {
namespace {

Url url(const std::string& text) {
    return Url::parse(text).value();
}

ClientOptions options() {
    ClientOptions options;
    options.retry.first_pause_ms = 0;
    return options;
}

base::Result<Response> fetch(Request request, ClientOptions with = options()) {
    Client client(std::move(with));
    return client.fetch(std::move(request)).get();
}

base::Result<Response> fetch(const std::string& text, ClientOptions with = options()) {
    return fetch(Request{.url = url(text)}, std::move(with));
}

std::string gzip(const std::string& text) {
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
    std::string packed(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

// A port of this machine where nobody listens.
int closed_port() {
    const WireServer server([](WireConnection&) {});
    return server.port();
}

TEST(Fetch, GivesTheWholeAnswer) {
    LoopbackServer server([](const LoopbackRequest&) {
        return LoopbackResponse{
            .headers = {{"Content-Type", "text/plain"}, {"X-Two", "a"}}, .body = "hello"
        };
    });
    const auto response =
        fetch(Request{.url = url(server.url("/a?b#c")), .headers = {{"Accept", "text/plain"}}});
    ASSERT_TRUE(response) << response.error().flat();
    EXPECT_EQ(response->status, 200);
    EXPECT_TRUE(response->is_success());
    EXPECT_EQ(response->body, "hello");
    EXPECT_EQ(response->headers.find("content-type"), "text/plain");
    EXPECT_EQ(response->final_url.text(), server.url("/a?b#c"));
    EXPECT_GE(response->received_at, response->requested_at);
    const LoopbackRequest asked = server.requests().at(0);
    EXPECT_EQ(asked.path, "/a?b");
    EXPECT_EQ(asked.header("accept"), "text/plain");
    EXPECT_EQ(asked.header("user-agent"), "adder");
    EXPECT_EQ(asked.header("authorization"), "");
}

TEST(Fetch, TakesEveryStatusForAnAnswer) {
    LoopbackServer server([](const LoopbackRequest& request) {
        return LoopbackResponse{.status = std::stoi(request.path.substr(1)), .body = "why"};
    });
    for (const int status : {204, 304, 400, 401, 403, 404, 410}) {
        const auto response = fetch(server.url("/" + std::to_string(status)));
        ASSERT_TRUE(response) << status << response.error().flat();
        EXPECT_EQ(response->status, status);
        EXPECT_FALSE(status != 204 && response->is_success());
    }
}

TEST(Fetch, AsksForHeadsAndRanges) {
    LoopbackServer server([](const LoopbackRequest& request) {
        return answer_range(request, "0123456789");
    });
    const auto head = fetch(Request{.url = url(server.url("/f")), .method = Method::Head});
    ASSERT_TRUE(head) << head.error().flat();
    EXPECT_EQ(head->headers.find("content-length"), "10");
    EXPECT_EQ(head->body, "");
    const auto tail = fetch(Request{.url = url(server.url("/f")), .range = "-3"});
    ASSERT_TRUE(tail) << tail.error().flat();
    EXPECT_EQ(tail->status, 206);
    EXPECT_EQ(tail->body, "789");
    EXPECT_EQ(server.requests().at(1).header("accept-encoding"), "")
        << "a range is one of the plain bytes";
}

TEST(Fetch, DecompressesWithinTheLimit) {
    const std::string page(100'000, 'x');
    LoopbackServer server([&](const LoopbackRequest& request) {
        EXPECT_NE(request.header("accept-encoding").find("gzip"), std::string::npos);
        const std::string body = request.path == "/bomb" ? std::string(64 << 20, '\0') : page;
        return LoopbackResponse{.headers = {{"Content-Encoding", "gzip"}}, .body = gzip(body)};
    });
    const auto response = fetch(server.url("/page"));
    ASSERT_TRUE(response) << response.error().flat();
    EXPECT_EQ(response->body, page);

    const auto bomb = fetch(Request{.url = url(server.url("/bomb")), .size_limit = 1 << 20});
    ASSERT_FALSE(bomb);
    EXPECT_EQ(bomb.error().kind(), base::ErrorKind::Invalid);
    EXPECT_EQ(
        bomb.error().message(), "the answer of `" + server.url("/bomb") + "` is larger than 1.0MiB"
    );
    EXPECT_EQ(server.count("/bomb"), 1u) << "a second try would be as large";
}

TEST(Fetch, RefusesWhatIsAnnouncedAsTooLarge) {
    LoopbackServer server([](const LoopbackRequest&) {
        return LoopbackResponse{.body = std::string(11, 'x')};
    });
    EXPECT_TRUE(fetch(Request{.url = url(server.url("/")), .size_limit = 11}));
    const auto refused = fetch(Request{.url = url(server.url("/")), .size_limit = 10});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), base::ErrorKind::Invalid);
}

TEST(Fetch, AllowsAnyLengthOfABodyThatDoesNotCome) {
    LoopbackServer server([](const LoopbackRequest& request) {
        if (request.path == "/head") return LoopbackResponse{.body = std::string(100, 'x')};
        return LoopbackResponse{.status = 304, .headers = {{"Content-Length", "100"}}};
    });
    const Request head{.url = url(server.url("/head")), .method = Method::Head, .size_limit = 10};
    EXPECT_TRUE(fetch(head));
    EXPECT_TRUE(fetch(Request{.url = url(server.url("/same")), .size_limit = 10}));
}

TEST(Fetch, BoundsTheMemoryOfAllAnswersTogether) {
    // Three answers of 60 MiB, each within its limit, that all wait for their last byte.
    WireServer server([](WireConnection& connection) {
        connection.send(
            "HTTP/1.1 200 OK\r\nContent-Length: 62914561\r\n\r\n" + std::string(60 << 20, 'x')
        );
        connection.wait_until_closed();
    });
    auto [first, tell] = base::Future<base::Result<Response>>::make();
    std::atomic<int> ended = 0;
    Client client(options());
    for (int i = 0; i < 3; ++i) {
        Request request{.url = url(server.url("/" + std::to_string(i)))};
        client.fetch(std::move(request), [&ended, tell = tell](base::Result<Response> response) {
            if (ended++ == 0) tell(std::move(response));
        });
    }
    const auto refused = first.get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), base::ErrorKind::Invalid);
    EXPECT_NE(refused.error().message().find("are larger than 128.0MiB"), std::string::npos);
}

TEST(Retry, HelpsAServerThatRecovers) {
    for (const int status : {408, 429, 500, 503}) {
        int left = 2;
        LoopbackServer server([&](const LoopbackRequest&) {
            if (left-- > 0)
                return LoopbackResponse{
                    .status = status, .headers = {{"Retry-After", "0"}}, .body = "no"
                };
            return LoopbackResponse{.body = "yes"};
        });
        const auto response = fetch(server.url("/"));
        ASSERT_TRUE(response) << response.error().flat();
        EXPECT_EQ(response->body, "yes");
        EXPECT_EQ(server.count("/"), 3u);
    }
}

TEST(Retry, EndsWithTheAnswerThatRemains) {
    LoopbackServer server([](const LoopbackRequest&) {
        return LoopbackResponse{.status = 503, .body = "down"};
    });
    const auto response = fetch(server.url("/"));
    ASSERT_TRUE(response) << response.error().flat();
    EXPECT_EQ(response->status, 503);
    EXPECT_EQ(response->body, "down");
    EXPECT_EQ(server.count("/"), 4u);
}

TEST(Retry, DoesNotWaitLongerThanAPersonWould) {
    LoopbackServer server([](const LoopbackRequest&) {
        return LoopbackResponse{.status = 429, .headers = {{"Retry-After", "3600"}}};
    });
    const auto response = fetch(server.url("/"));
    ASSERT_TRUE(response) << response.error().flat();
    EXPECT_EQ(response->status, 429);
    EXPECT_EQ(server.count("/"), 1u);
}

TEST(Retry, LeavesOtherAnswersAlone) {
    LoopbackServer server([](const LoopbackRequest&) { return LoopbackResponse{.status = 404}; });
    ASSERT_TRUE(fetch(server.url("/")));
    EXPECT_EQ(server.count("/"), 1u);
}

TEST(Retry, RepeatsBrokenAnswers) {
    int broken = 2;
    LoopbackServer server([&](const LoopbackRequest&) {
        LoopbackResponse response{.body = "0123456789"};
        if (broken-- > 0) response.send_limit = 5;
        return response;
    });
    const auto response = fetch(server.url("/"));
    ASSERT_TRUE(response) << response.error().flat();
    EXPECT_EQ(response->body, "0123456789");
    EXPECT_EQ(server.count("/"), 3u);
}

TEST(Failure, SaysThatTheAnswerBrokeOff) {
    static constexpr std::string_view kAnswers[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\nContent-Len",
        "this is no HTTP\r\n\r\n",
        "",
    };
    for (const std::string_view answer : kAnswers) {
        WireServer server([&](WireConnection& connection) { connection.send(answer); });
        const auto response = fetch(server.url("/"));
        ASSERT_FALSE(response) << answer << " gave " << response->status << response->body;
        EXPECT_EQ(response.error().kind(), base::ErrorKind::Network);
        EXPECT_EQ(response.error().message(), "could not fetch `" + server.url("/") + "`");
        EXPECT_EQ(response.error().causes().at(0), "the answer broke off")
            << response.error().flat();
        EXPECT_EQ(response.error().causes().back(), "tried 4 times") << answer;
    }
}

TEST(Failure, SaysThatNothingArrives) {
    WireServer server([](WireConnection& connection) { connection.wait_until_closed(); });
    ClientOptions impatient = options();
    impatient.stall_timeout_ms = 1000;
    impatient.retry.retries = 0;
    const auto response = fetch(server.url("/"), impatient);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind(), base::ErrorKind::Network);
    EXPECT_EQ(response.error().causes().at(0), "next to nothing arrived for 1 s");
    EXPECT_EQ(response.error().hints().size(), 1u);
}

TEST(Failure, SaysThatNobodyListens) {
    const std::string place = "127.0.0.1:" + std::to_string(closed_port());
    const auto response = fetch("http://user:secret@" + place + "/x?token=secret");
    ASSERT_FALSE(response);
    EXPECT_EQ(
        response.error().message(), "could not fetch `http://user:****@" + place + "/x?****`"
    );
    EXPECT_EQ(response.error().causes().at(0), "no connection to `" + place + "`");
    EXPECT_EQ(response.error().flat().find("secret"), std::string::npos);
}

TEST(Failure, SaysThatTlsFails) {
    WireServer server([](WireConnection& connection) {
        connection.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    ClientOptions once = options();
    once.retry.retries = 0;
    const std::string place = "127.0.0.1:" + std::to_string(server.port());
    const auto response = fetch("https://" + place + "/", once);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().causes().at(0), "no encrypted connection to `" + place + "`")
        << response.error().flat();
}

TEST(Failure, StopsAnEndlessHead) {
    WireServer server([](WireConnection& connection) {
        connection.send("HTTP/1.1 200 OK\r\n");
        const std::string line = "X-Filler: " + std::string(1000, 'x') + "\r\n";
        for (int i = 0; i < 1000; ++i)
            connection.send(line);
        connection.send("\r\n");
    });
    const auto response = fetch(server.url("/"));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind(), base::ErrorKind::Network);
    EXPECT_EQ(server.connections(), 1);
}

TEST(Offline, AsksNobody) {
    LoopbackServer server([](const LoopbackRequest&) { return LoopbackResponse{}; });
    ClientOptions offline = options();
    offline.connectivity = Connectivity::Offline;
    const auto response = fetch(server.url("/"), offline);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind(), base::ErrorKind::Network);
    EXPECT_TRUE(server.requests().empty());
}

TEST(Fetch, RefusesWhatIsNotOnTheWeb) {
    const auto response = fetch("file:///etc/passwd");
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().message(), "`file:///etc/passwd` is not an http or https URL");
}

class RedirectTest : public testing::Test {
  protected:
    // "/to?URL" leads to URL, everything else is "here".
    static LoopbackResponse answer(const LoopbackRequest& request) {
        if (!request.path.starts_with("/to?")) return {.body = "here"};
        return {
            .status = 302, .headers = {{"Location", request.path.substr(4)}}, .body = "elsewhere"
        };
    }

    LoopbackServer home_{answer};
    LoopbackServer stranger_{answer};
};

TEST_F(RedirectTest, IsFollowedAndKeepsTheOriginsCredentials) {
    const std::string start = "http://user:pw@" + home_.host() + "/to?" + home_.url("/there");
    const auto response = fetch(start);
    ASSERT_TRUE(response) << response.error().flat();
    EXPECT_EQ(response->body, "here");
    EXPECT_EQ(response->final_url.text(), home_.url("/there"));
    for (const LoopbackRequest& asked : home_.requests()) {
        EXPECT_EQ(asked.header("authorization"), basic_authorization({"user", "pw"})) << asked.path;
    }
}

TEST_F(RedirectTest, NeverTakesSecretsToAnotherOrigin) {
    const base::TempDir directory = base::TempDir::create("/tmp", "net-redirect-").value();
    ASSERT_TRUE(base::write_file(directory.path() + "/netrc", "default login d password e"));
    ClientOptions with = options();
    with.netrc_path = directory.path() + "/netrc";
    with.credentials = {{.prefix = url(home_.url("/")), .credentials = {"book", "pw"}}};
    Request request{
        .url =
            url("http://user:pw@" + home_.host() + "/to?" +
                stranger_.url("/to?" + home_.url("/there"))),
        .headers = {{"Cookie", "secret"}, {"X-Plain", "kept"}},
        .credentials = Credentials{"explicit", "pw"},
    };
    const auto response = fetch(request, with);
    ASSERT_TRUE(response) << response.error().flat();
    const LoopbackRequest first = home_.requests().at(0);
    EXPECT_EQ(first.header("authorization"), basic_authorization({"explicit", "pw"}));
    EXPECT_EQ(first.header("cookie"), "secret");
    const LoopbackRequest foreign = stranger_.requests().at(0);
    EXPECT_EQ(foreign.header("authorization"), "");
    EXPECT_EQ(foreign.header("cookie"), "");
    EXPECT_EQ(foreign.header("x-plain"), "kept");
    EXPECT_EQ(home_.requests().at(1).header("cookie"), "") << "the stranger chose this request";
}

TEST_F(RedirectTest, EndsSomewhere) {
    LoopbackServer endless([](const LoopbackRequest& request) {
        return LoopbackResponse{.status = 307, .headers = {{"Location", request.path + "x"}}};
    });
    const auto response = fetch(endless.url("/"));
    ASSERT_FALSE(response);
    EXPECT_NE(response.error().message().find("once more after 10 redirects"), std::string::npos);
    EXPECT_EQ(endless.requests().size(), 11u);
}

TEST_F(RedirectTest, StaysOnTheWeb) {
    const auto response = fetch(home_.url("/to?file:///etc/passwd"));
    ASSERT_FALSE(response);
    EXPECT_NE(response.error().message().find("which is not on the web"), std::string::npos);
}

class AuthenticationTest : public testing::Test {
  protected:
    std::string sent(Request request, ClientOptions with) {
        EXPECT_TRUE(fetch(std::move(request), std::move(with)));
        return server_.requests().back().header("authorization");
    }

    LoopbackServer server_{[](const LoopbackRequest& request) {
        return LoopbackResponse{.status = request.header("authorization").empty() ? 401 : 200};
    }};
};

TEST_F(AuthenticationTest, IsSentWithTheFirstRequest) {
    const Url plain = url(server_.url("/simple/x"));
    const Url own = url("http://me:p%40ss@" + server_.host() + "/simple/x");
    ClientOptions book = options();
    book.credentials = {{.prefix = url(server_.url("/simple")), .credentials = {"book", "b"}}};

    EXPECT_EQ(sent({.url = plain}, options()), "");
    EXPECT_EQ(sent({.url = own}, options()), basic_authorization({"me", "p@ss"}));
    EXPECT_EQ(sent({.url = plain}, book), basic_authorization({"book", "b"}));
    EXPECT_EQ(sent({.url = own}, book), basic_authorization({"me", "p@ss"}));
    EXPECT_EQ(
        sent({.url = own, .credentials = Credentials{"x", "y"}}, book),
        basic_authorization({"x", "y"})
    );
    EXPECT_EQ(sent({.url = own, .credential_use = CredentialUse::Never}, book), "");
    EXPECT_EQ(server_.requests().size(), 6u) << "no request is made twice to find out";
}

TEST_F(AuthenticationTest, ComesFromNetrcAndFromLaterEntries) {
    const base::TempDir directory = base::TempDir::create("/tmp", "net-netrc-").value();
    ClientOptions with = options();
    with.netrc_path = directory.path() + "/netrc";
    EXPECT_EQ(sent({.url = url(server_.url("/"))}, with), "")
        << "a netrc that is not there is none";
    ASSERT_TRUE(base::write_file(with.netrc_path, "machine 127.0.0.1 login n password p"));
    EXPECT_EQ(sent({.url = url(server_.url("/"))}, with), basic_authorization({"n", "p"}));

    Client client(with);
    client.add_credentials({.prefix = url(server_.url("/")), .credentials = {"late", "q"}});
    ASSERT_TRUE(client.fetch({.url = url(server_.url("/"))}).get());
    EXPECT_EQ(
        server_.requests().back().header("authorization"), basic_authorization({"late", "q"})
    );
}

struct BrokenNetrc {
    const char* name;
    const char* problem;
};

TEST_F(AuthenticationTest, ABrokenNetrcIsToldOnceAndHasNoSay) {
    const base::TempDir directory = base::TempDir::create("/tmp", "net-netrc-").value();
    ASSERT_TRUE(base::write_file(
        directory.path() + "/blank", "machine 127.0.0.1\nlogin n password correct horse"
    ));
    ASSERT_TRUE(base::make_directory(directory.path() + "/directory", 0700));
    const BrokenNetrc cases[] = {
        {"blank", "a word that is no keyword in line 2"},
        {"directory", "failed to read"},
    };
    for (const BrokenNetrc& broken : cases) {
        std::vector<std::string> problems;
        ClientOptions with = options();
        with.netrc_path = directory.path() + "/" + broken.name;
        with.on_problem = [&](const std::string& text) { problems.push_back(text); };
        {
            Client client(with);
            client.warm_up();
            for (int i = 0; i < 3; ++i)
                ASSERT_TRUE(client.fetch({.url = url(server_.url("/"))}).get());
            EXPECT_EQ(server_.requests().back().header("authorization"), "");
        }
        ASSERT_EQ(problems.size(), 1u) << broken.name;
        EXPECT_NE(problems[0].find(broken.problem), std::string::npos) << problems[0];
        EXPECT_NE(problems[0].find(broken.name), std::string::npos) << problems[0];
        EXPECT_EQ(problems[0].find("horse"), std::string::npos) << problems[0];
    }
}

TEST_F(AuthenticationTest, ABrokenNetrcThatNobodyNeedsIsNotWorthAWord) {
    const base::TempDir directory = base::TempDir::create("/tmp", "net-netrc-").value();
    std::atomic<int> problems = 0;
    ClientOptions with = options();
    with.netrc_path = directory.path();
    with.on_problem = [&](const std::string&) { ++problems; };
    {
        Client(with).warm_up();
    }
    EXPECT_EQ(problems, 0);
}

TEST(Proxy, CarriesWhatIsNotExempt) {
    LoopbackServer proxy([](const LoopbackRequest&) { return LoopbackResponse{.body = "by proxy"}; }
    );
    LoopbackServer direct([](const LoopbackRequest&) { return LoopbackResponse{.body = "direct"}; }
    );
    ClientOptions with = options();
    with.proxy = {.http = "http://pu:pp@" + proxy.host(), .no_proxy = "127.0.0.0/8"};
    const auto far = fetch("http://index.invalid/x", with);
    ASSERT_TRUE(far) << far.error().flat();
    EXPECT_EQ(far->body, "by proxy");
    EXPECT_EQ(proxy.requests().at(0).path, "http://index.invalid/x");
    EXPECT_EQ(
        proxy.requests().at(0).header("proxy-authorization"), basic_authorization({"pu", "pp"})
    );
    EXPECT_EQ(fetch(direct.url("/"), with)->body, "direct");

    with.proxy.http = "gopher://u:secret@x";
    const auto refused = fetch("http://index.invalid/x", with);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), base::ErrorKind::Usage);
}

TEST(Proxy, SaysWhenItRefusesATunnel) {
    WireServer proxy([](WireConnection& connection) {
        connection.send("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    });
    ClientOptions with = options();
    with.proxy.https = "http://u:secret@127.0.0.1:" + std::to_string(proxy.port());
    const auto response = fetch("https://index.invalid/x", with);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().causes().at(0), "the proxy does not let us through")
        << response.error().flat();
    EXPECT_EQ(response.error().flat().find("secret"), std::string::npos);
    EXPECT_EQ(proxy.connections(), 1);
}

TEST(Client, CarriesHundredsAtATime) {
    LoopbackServer server([](const LoopbackRequest& request) {
        return LoopbackResponse{.body = request.path};
    });
    Client client(options());
    std::vector<base::Future<base::Result<Response>>> answers;
    for (int i = 0; i < 500; ++i)
        answers.push_back(client.fetch({.url = url(server.url("/" + std::to_string(i)))}));
    for (int i = 0; i < 500; ++i) {
        const auto response = answers[static_cast<std::size_t>(i)].get();
        ASSERT_TRUE(response) << response.error().flat();
        EXPECT_EQ(response->body, "/" + std::to_string(i));
    }
}

TEST(Client, EndsWhatIsUnderWayWhenItCloses) {
    WireServer server([](WireConnection& connection) { connection.wait_until_closed(); });
    Client client(options());
    client.warm_up();
    auto under_way = client.fetch({.url = url(server.url("/"))});
    client.close();
    const auto ended = under_way.get();
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().kind(), base::ErrorKind::Interrupted);
    const auto later = client.fetch({.url = url(server.url("/"))}).get();
    ASSERT_FALSE(later);
    EXPECT_EQ(later.error().kind(), base::ErrorKind::Interrupted);
}

TEST(Client, MayGoWhileRequestsAreUnderWay) {
    WireServer server([](WireConnection& connection) { connection.wait_until_closed(); });
    std::optional<base::Future<base::Result<Response>>> orphan;
    {
        Client client(options());
        orphan = client.fetch({.url = url(server.url("/"))});
    }
    EXPECT_EQ(orphan->get().error().kind(), base::ErrorKind::Interrupted);
}

TEST(Client, StopsWhenTheUserAsks) {
    WireServer server([](WireConnection& connection) { connection.wait_until_closed(); });
    Client client(options());
    auto under_way = client.fetch({.url = url(server.url("/"))});
    base::request_cancel(SIGINT);
    const auto ended = under_way.get();
    base::request_cancel(0);
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().kind(), base::ErrorKind::Interrupted);
}

TEST(Client, CallsBackInsteadOfKeepingAFuture) {
    LoopbackServer server([](const LoopbackRequest&) { return LoopbackResponse{.body = "x"}; });
    Client client(options());
    auto [future, fulfil] = base::Future<std::string>::make();
    client.fetch({.url = url(server.url("/1"))}, [&, done = fulfil](base::Result<Response>) {
        // The next request may be made from here.
        client.fetch({.url = url(server.url("/2"))}, [done](base::Result<Response> second) {
            done(second->body);
        });
    });
    EXPECT_EQ(future.get(), "x");
    EXPECT_EQ(server.requests().size(), 2u);
}

}  // namespace
}  // namespace net
