// shows: the result of another screen comes after the user
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onStart > Main.read]
// miss: [serial reachable = launcher Main.onActivityResult > Main.read]

class Main extends Activity {
  protected void onStart() {                                    // hit
  protected void onActivityResult(int request, int result, Intent data) { // miss
    read();
  }
  void read() { String id = SERIAL; }
}
