package wording

// SlashCommand is a command as a chat platform lists it while people type.
type SlashCommand struct {
	Name  string // without the slash
	About string
	Hint  string // how it goes on
}

// SlashCommands lists the commands that a chat platform is to know.
func SlashCommands() []SlashCommand {
	return []SlashCommand{
		{"incident", "Say that something does not work, and how it goes", "declare learn down"},
		{"window", "Plan work, and say how it goes", "schedule learn saturday 04:00 for 3h New database"},
		{"subscribe", "Make this channel hear of a service", "learn incidents major+"},
		{"unsubscribe", "End a subscription of this channel", "learn"},
		{"status", "See which services work now", "[learn]"},
		{"probe", "See what checks see, and answer it", "alerts"},
		{"service", "Put up a sorry page, or take it down", "sorry learn on"},
		{"belltower", "Get help, and everything else", "help"},
	}
}

// What the app says of itself: in lists of apps AppBrief, of at most 80 characters, on its
// page AppAbout.
const (
	AppName  = "Belltower"
	AppBrief = "Tells of incidents and planned work, in every channel that wants to know."
	AppAbout = "Announces incidents and planned work to every channel that subscribed, and tells them until they are over."
)

// Shortcut is an entry of a chat platform's menus.
type Shortcut struct{ Name, About string }

// DeclareShortcut opens the form from anywhere.
func DeclareShortcut() Shortcut {
	return Shortcut{"Declare incident", "Say that something does not work"}
}

// AddShortcut keeps a message with an incident, as a note for staff.
func AddShortcut() Shortcut {
	return Shortcut{"Add to incident", "Keep this message with an incident, for staff only"}
}
