// What the embedded cluster knows of one connection.
#pragma once

#include <memory>
#include <string>

#include "broker/topic.h"

namespace partwise::service {

class Login;

struct Session {
  int broker = 0;    ///< the id of the broker that it is connected to
  std::string host;  ///< of the client, as consumer groups show it
  bool open = true;
  /// Who is to be told when the connection goes: a fetch that waits.
  std::weak_ptr<broker::Waiter> waiting;
  /// Where a login is asked for: its state. It is over once Login::done().
  std::shared_ptr<Login> login;
};

}  // namespace partwise::service
