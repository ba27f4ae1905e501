// One topic's reasoning, so that a person can check it with a pocket calculator.
#pragma once

#include <string>

#include "report/style.h"
#include "sizing/report.h"

namespace partwise::report {

std::string explanation(const sizing::RunSettings& settings, const sizing::ClusterReport& cluster,
                        const sizing::TopicReport& topic, const Style& style);

}  // namespace partwise::report
