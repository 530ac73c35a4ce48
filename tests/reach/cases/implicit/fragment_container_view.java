// shows: FragmentContainerView names its first fragment in the layout
// manifest:
//   launcher: Main
//   hit: {layouts: {main: '<androidx.fragment.app.FragmentContainerView android:name="cn.example.Home"/>'}}
//   miss: {layouts: {main: '<androidx.fragment.app.FragmentContainerView android:tag="cn.example.Home"/>'}}
// hit: [serial before_consent = launcher Main.onCreate > lifecycle Home.onCreate]
// miss: [serial present = Home.onCreate]

import androidx.fragment.app.FragmentActivity;
class Main extends FragmentActivity {
  protected void onCreate(Bundle state) { setContentView(R.layout.main); }
}
class Home extends androidx.fragment.app.Fragment {
  public Home() { }
  public void onCreate(Bundle state) { String id = SERIAL; }
}
