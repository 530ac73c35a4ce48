// shows: a component that is started by the name of its class
// manifest: {launcher: Main, activities: [Second]}
// hit: [serial before_consent = launcher Main.onCreate > started Second.onCreate]
// miss: [serial present = Second.onCreate]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Intent intent = new Intent();
    intent.setClassName(this, "cn.example.Second");             // hit
    intent.setClassName("com.other", "com.other.Second");       // miss
    startActivity(intent);
  }
}
class Second extends Activity {
  protected void onCreate(Bundle state) { String id = SERIAL; }
}
