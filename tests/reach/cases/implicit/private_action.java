// shows: an action that only a private component listens to starts it
// manifest: {launcher: Main, activities: [{name: Second, exported: false, actions: [cn.example.OPEN]}]}
// hit: [serial before_consent = launcher Main.onCreate > started Second.onCreate]
// miss: [serial present = Second.onCreate]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    startActivity(new Intent("cn.example.OPEN"));               // hit
    startActivity(new Intent("cn.example.CLOSE"));              // miss
  }
}
class Second extends Activity {
  protected void onCreate(Bundle state) { String id = SERIAL; }
}
