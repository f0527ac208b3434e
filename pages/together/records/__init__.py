"""Records of departments on screen: their list, one of them, its form; and the inbox."""
