"""Single sign-on by OpenID Connect: the provider says who somebody is, we decide what they may do."""
