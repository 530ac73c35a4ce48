// shows: a fragment that the shown layout names is created with it
// manifest:
//   launcher: Main
//   layouts: {main: '<LinearLayout><fragment android:name="cn.example.Home"/></LinearLayout>', other: '<LinearLayout/>'}
// hit: [serial before_consent = launcher Main.onCreate > lifecycle Home.onCreate]
// miss: [serial present = Home.onCreate]

import androidx.fragment.app.FragmentActivity;
class Main extends FragmentActivity {
  protected void onCreate(Bundle state) {
    setContentView(R.layout.main);                              // hit
    setContentView(R.layout.other);                             // miss
  }
}
class Home extends androidx.fragment.app.Fragment {
  public Home() { }
  public void onCreate(Bundle state) { String id = SERIAL; }
}
