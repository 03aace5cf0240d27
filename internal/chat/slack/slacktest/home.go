package slacktest

import "encoding/json"

// publishView shows a person's Home tab (docs of views.publish).
func (s *Server) publishView(c *call) reply {
	var view struct {
		Type   string          `json:"type"`
		Blocks json.RawMessage `json:"blocks"`
	}
	if json.Unmarshal([]byte(c.args["view"]), &view) != nil || view.Type != "home" {
		return failed("invalid_arguments")
	}
	user, known := c.team.users[UserID(c.args["user_id"])]
	if !known {
		return failed("user_not_found")
	}
	if faults := CheckBlocks(view.Blocks); len(faults) > 0 {
		r := failed("invalid_arguments")
		r.body["response_metadata"] = object{"messages": faults}
		return r
	}
	c.team.homes[user.ID] = json.RawMessage(c.args["view"])
	s.touch()
	return done(object{"view": object{"type": "home"}})
}

// Home is the view that a person's Home tab shows; nil: none was published.
func (s *Server) Home(t TeamID, user UserID) json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.teamOf(t).homes[user]
}
