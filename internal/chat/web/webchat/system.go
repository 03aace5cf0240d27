package webchat

import "net/http"

// System is a made-up system that the page can break, for the bot to notice.
type System struct {
	// Name is what its buttons call it: "Learn" makes "Break Learn".
	Name string
	// Turn has it work, be slow or be broken.
	Turn func(SystemState)
}

// SystemState is how a System does.
type SystemState string

// The states.
const (
	SystemWorks  SystemState = "working"
	SystemSlow   SystemState = "slow"
	SystemBroken SystemState = "broken"
)

// systemView is a System on the page.
type systemView struct {
	Name, Does string
	State      SystemState
	Turns      []systemTurn
}

// systemTurn is a button.
type systemTurn struct {
	Label string
	To    SystemState
}

// SetSystem says how the system does now, and what that is like: "its login page opens,
// and nobody can log in".
func (p *Platform) SetSystem(s SystemState, does string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.panel.state, p.panel.does = s, does
	p.notePanel()
}

// turn has the system be in another state.
func (p *Platform) turn(r *http.Request, _ seat) done {
	to := SystemState(r.FormValue("to"))
	switch {
	case p.set.System.Turn == nil:
		return done{Fault: "There is nothing to break here."}
	case to != SystemWorks && to != SystemSlow && to != SystemBroken:
		return done{Fault: "That button is gone."}
	}
	p.set.System.Turn(to)
	return done{}
}

func (p *Platform) systemView() systemView {
	name := p.set.System.Name
	return systemView{name, p.panel.does, p.panel.state, []systemTurn{
		{"Break " + name, SystemBroken}, {"Slow " + name, SystemSlow}, {"Mend " + name, SystemWorks},
	}}
}
