#include "credentials/confluent_answer.h"

#include "http/refusal.h"

namespace partwise::credentials {
namespace {

constexpr const char* address_hint = "is this the address of Confluent Cloud's control plane?";

std::string hint_of(int status) {
  switch (status) {
    case 401:
      return "check confluent_cloud_api_key / confluent_cloud_api_secret: a key of a Kafka cluster "
             "does not work here";
    case 402:
      return "a quota of the organization is used up: free some of it, such as API keys that "
             "nobody needs, or ask Confluent for more";
    case 403:
      return "the owner of the Cloud API key needs a role that allows it";
    default:
      return status < 400 ? address_hint : "";
  }
}

}  // namespace

Error confluent_error(const http::Reply& reply, const std::string& what) {
  return http::refusal(reply, what, hint_of(reply.status));
}

Error confluent_nonsense(const http::Reply& reply, const std::string& what,
                         const std::string& wrong) {
  return http::nonsense(reply, what, wrong, address_hint);
}

}  // namespace partwise::credentials
