"""Words that say nothing by themselves, or only answer what was asked: what is left of a message is its own."""

from __future__ import annotations

from bot.nlu.recognisers.text import bag

SMALL = bag(
    "a an the and or but so to of in on at by for with is are am was be been im i'm ive i've it its it's i me my we our you your "
    "he she they that this there just only really very too also not no yes yeah yep ok okay aye please pls thanks thank ta cheers "
    "cos because got get have has had do does did can cant can't will would could would'd like want one two three four first "
    "second third last both all none any some about from since year years month months week weeks day days old still now then um er "
    "age aged old date birth born january february march april may june july august september october november december jan feb "
    "mar apr jun jul aug sep sept oct nov dec postcode address live ring text call phone mobile landline "
    "well hi hello hiya hey mate love think mostly mainly bit both ones number option thats that's what whats if as up out u ur"
)
