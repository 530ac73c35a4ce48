// shows: the answer to a permission dialog is the user's
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onPostCreate > Main.read]
// miss: [serial reachable = launcher Main.onRequestPermissionsResult > Main.read]

class Main extends Activity {
  protected void onPostCreate(Bundle state) {                   // hit
  public void onRequestPermissionsResult(int request, String[] names, int[] results) { // miss
    read();
  }
  void read() { String id = SERIAL; }
}
