"""What the results support: one Analysis, which every mark, note, sentence and picture reads.

From design to test ("difference" is a - b; the interval always inverts the test that gives p, so it
leaves zero out exactly where the unadjusted p is below alpha):

    replicated        matched by      on one dataset       average over the fixed datasets
    ----------------  --------------  -------------------  ----------------------------------
    seeds             nothing         Welch t              stratified Welch t
    seeds             pair_by "seed"  paired t             paired t on seed averages where
                                                           seeds are shared over datasets,
                                                           else stratified paired t
    seeds, one run    nothing         Welch t              Welch t on run averages
     measured on
     all datasets     pair_by "seed"  paired t             paired t on run averages
    examples, 0/1     example id      McNemar mid-p        stratified paired t
                                       or exact
    examples, graded  example id      paired t             stratified paired t
    examples in       example id      clustered paired t   stratified clustered paired t
     clusters                          (CR2)
    examples, items   example id      as above             clustered paired t: differences of
     in many datasets                                      an item (or cluster) are summed
                                                           over the datasets first
    examples          none matches    Welch t              stratified Welch t
    one run a cell    -               untested             untested

- Stratified: variances of the datasets add, degrees of freedom by Satterthwaite.
- The comparison over the datasets is primary; with one dataset that dataset's comparison is.
  Primary comparisons are corrected (Holm, Bonferroni or none) over the family of their metric: ours
  against each baseline where roles are given, otherwise all pairs. Comparisons on one of several
  datasets are secondary: their verdict reads the unadjusted p and nobody marks it.
- Better, worse or different: p (adjusted where primary) is below alpha. Equivalent: no difference
  was found and the two one-sided tests at the declared margin succeed, corrected likewise.
  Undecidable: fewer than two replicates, no spread, or the smallest p that the data could have
  given is not below alpha after the correction. Untested: one run a cell. All else: inconclusive.
- Clustered: CR2 with Bell and McCaffrey's degrees of freedom (CR1 and G - 1 for G equal clusters).
- Sizes at nominal .05, simulated or enumerated (tests/stats bounds them): Welch .022 with
  2 seeds, .036 with 3, .043 with 5; stratified over five datasets .025 with 2 seeds, .041 with 3;
  paired t .05; clustered .03 to .058 from 3 clusters; exact McNemar up to .047, mid-p up to .051,
  and both far below with few discordant examples.
"""

from paperforge.stats.decide import analyse
from paperforge.stats.steps import curves

__all__ = ["analyse", "curves"]
