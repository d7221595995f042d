"""A tax period in one picture; `ims_fsm.charts.timeline` is the way in."""
