// shows: startActivityForResult opens the screen at once; what it gives back comes after the user
// manifest: {launcher: Main, activities: [Ask]}
// hit: [serial before_consent = launcher Main.onCreate > started Ask.onStart]
// miss: [serial reachable = launcher Main.onActivityResult]

class Main extends Activity {
  protected void onCreate(Bundle state) { startActivityForResult(new Intent(this, Ask.class), 1); }
  protected void onActivityResult(int request, int result, Intent data) {
    String id = SERIAL;                                         // miss
  }
}
class Ask extends Activity {
  protected void onStart() {
    super.onStart();
    String id = SERIAL;                                         // hit
  }
}
