package desk

// CheckOpen refuses where nothing fails any more.
func (a Alert) CheckOpen() error {
	switch {
	case a.Into != 0:
		return Refuse(Conflict, "%s is told with %s.", a.Subject(), Subject{Kind: AlertSubject, Number: a.Into})
	case !a.IsFailing():
		return Refuse(Conflict, "%s is over: nothing is seen to fail any more.", a.Subject())
	}
	return nil
}

// Acknowledge says that somebody looks at it: no incident is declared of it by rule then.
// It hides nothing: who sees it, and its end, are told as before.
func (a Alert) Acknowledge(act Act) (Alert, error) {
	if err := a.CheckOpen(); err != nil {
		return a, err
	}
	if !a.AckedAt.IsZero() {
		return a, nil
	}
	a = a.clone()
	a.AckedAt, a.AckedBy, a.Dirty = act.At, act.By, true
	return a, nil
}

// Hold puts the declaration of an incident by rule off for HoldFor.
func (a Alert) Hold(act Act) (Alert, error) {
	if err := a.CheckOpen(); err != nil {
		return a, err
	}
	if a.DeclareAt.IsZero() {
		return a, Refuse(Conflict, "No incident is about to be declared of %s.", a.Subject())
	}
	a = a.clone()
	a.HeldUntil, a.Dirty = act.At.Add(HoldFor), true
	return a, nil
}
