#include "metrics/confluent_refusal.h"

#include "http/refusal.h"

namespace partwise::metrics {
namespace {

std::string hint_of(int status) {
  switch (status) {
    case 401:
      return "check the Cloud API key and its secret: a key of a Kafka cluster does not work here";
    case 403:
      return "the owner of the Cloud API key needs the role MetricsViewer for this cluster";
    case 404:
      return "check the cluster's id, and the address of the Metrics API";
    default:
      return status < 400 ? "is this the address of the Confluent Cloud Metrics API?" : "";
  }
}

}  // namespace

Error confluent_refusal(const http::Reply& reply, const std::string& what) {
  return http::refusal(reply, what, hint_of(reply.status));
}

}  // namespace partwise::metrics
