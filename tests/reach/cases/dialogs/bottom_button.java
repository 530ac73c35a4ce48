// shows: the consent screen is an activity of its own; agreeing there opens the home screen
// manifest: {launcher: Main, activities: [Home]}
// hit: [serial before_consent = launcher Main.onCreate > Main.enter > started Home.onCreate]
// miss: [serial reachable = launcher Main.onCreate > gesture Main$1.onClick > Main.enter > started Home.onCreate]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    findViewById(1).setOnClickListener(new View.OnClickListener() {
      public void onClick(View view) { enter(); }
    });
    enter();                                                    // hit
  }
  void enter() { startActivity(new Intent(this, Home.class)); }
}
class Home extends Activity {
  protected void onCreate(Bundle state) { String id = SERIAL; }
}
