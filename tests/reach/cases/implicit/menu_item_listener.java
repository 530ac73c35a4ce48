// shows: the listener of a menu item is a gesture
// manifest: {launcher: Main}
// hit: [serial reachable = launcher Main.onCreateOptionsMenu > gesture Pick.onMenuItemClick]
// miss: [serial present = Pick.onMenuItemClick]

class Main extends Activity {
  public boolean onCreateOptionsMenu(Menu menu) {
    Pick pick = new Pick();
    menu.add("x").setOnMenuItemClickListener(pick);             // hit
    return true;
  }
}
class Pick implements MenuItem.OnMenuItemClickListener {
  public boolean onMenuItemClick(MenuItem item) { String id = SERIAL; return true; }
}
