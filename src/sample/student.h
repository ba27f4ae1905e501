// Student's t distribution.
#pragma once

namespace partwise::sample {

/// The quantile of Student's t with `degrees` > 0 of freedom: quantile(0.975, 4) is 2.776.
///
/// threads: any
double student_quantile(double probability, double degrees);

}  // namespace partwise::sample
