// shows: the menu is made at the start; choosing from it is a gesture
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreateOptionsMenu]
// miss: [serial reachable = launcher Main.onOptionsItemSelected]

class Main extends Activity {
  public boolean onCreateOptionsMenu(Menu menu) {
    String id = SERIAL;                                         // hit
    return true;
  }
  public boolean onOptionsItemSelected(MenuItem item) {
    String id = SERIAL;                                         // miss
    return true;
  }
}
