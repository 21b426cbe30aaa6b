"""What the results support: one Analysis, which every mark, note, sentence and picture reads.

From design to test ("difference" is a - b; the interval always inverts the test that gives p, so it
leaves zero out exactly where the unadjusted p is below alpha):

    replicated        matched by          on one dataset          average over the fixed datasets
    ----------------  ------------------  ----------------------  -------------------------------------
    seeds             nothing             Welch t                 stratified Welch t (Satterthwaite)
    seeds             pair_by "seed"      paired t                paired t on seed averages where seeds
                                                                  are shared over datasets, otherwise
                                                                  stratified paired t
    seeds, one run    nothing             Welch t                 Welch t on run averages
     measured on
     all datasets     pair_by "seed"      paired t                paired t on run averages
    examples, 0/1     example id          McNemar mid-p or exact  stratified paired t
    examples, graded  example id          paired t                stratified paired t
    examples in       example id          clustered paired t      stratified clustered paired t
     clusters                              (CR1, G - 1 df)
    examples, items   example id          as above                clustered paired t: an item's (or a
     in many datasets                                             cluster's) differences are summed
                                                                  over the datasets first
    examples          nothing matches     Welch t                 stratified Welch t
    one run a cell    -                   untested                untested

- The comparison over the datasets is primary; with one dataset that dataset's comparison is. Primary
  comparisons are corrected (Holm, Bonferroni or none) over the family of their metric: ours against
  each baseline where roles are given, otherwise all pairs. Comparisons on one of several datasets are
  secondary: their verdict reads the unadjusted p and nobody marks it.
- Better, worse or different: p (adjusted where primary) is below alpha. Equivalent: no difference was
  found and the two one-sided tests at the declared margin succeed, corrected likewise. Undecidable:
  fewer than two replicates, no spread, or the smallest p that the data could have given is not below
  alpha after the correction. Untested: one run a cell. Everything else is inconclusive.
- Known sizes at nominal .05: Welch with 3 seeds about .035, exact McNemar .02 to .04, mid-p .04 to
  .05, clustered with 5 clusters about .055.
"""

from paperforge.stats.decide import analyse
from paperforge.stats.steps import curves

__all__ = ["analyse", "curves"]
