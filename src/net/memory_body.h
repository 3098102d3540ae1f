// MemoryBody: an answer that is wanted as a Response. Memory is bounded twice: by the request's limit, and by a budget
// for all bodies under way together, since a hostile index can make us ask for many pages at a time.
#pragma once

#include "net/body.h"
#include "net/client.h"

#include <memory>

namespace net {

// Of one client; event thread only.
struct MemoryBudget {
    std::uint64_t used = 0;
    std::uint64_t limit = 128 << 20;
};

class MemoryBody final : public Body {
  public:
    MemoryBody(
        const Request& request, std::shared_ptr<MemoryBudget> budget, Client::FetchDone done
    );
    ~MemoryBody() override;

    BodyCoding coding() const override;
    void add_headers(Headers& headers) override;
    base::Result<Step> begin(const ResponseHead& head, const Url& url) override;
    base::Result<void> write(std::string_view bytes) override;
    base::Result<Step> complete(const Url& url) override;
    void succeed(Answer answer) override;
    void fail(base::Error error) override;

  private:
    void clear();
    base::Error too_large() const;

    const Method method_;
    const std::string range_;
    const std::uint64_t limit_;
    const std::string display_;  // of the URL
    std::shared_ptr<MemoryBudget> budget_;
    Client::FetchDone done_;
    std::string bytes_;
};

}  // namespace net
